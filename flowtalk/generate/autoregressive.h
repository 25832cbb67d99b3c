// FaceFormer (Fan et al., 2022) and CodeTalker (Xing et al., 2023): one frame after the other, each
// from those before it and from what is heard at it. FaceFormer makes the frame by a linear map;
// CodeTalker makes pieces, takes the nearest code for each, and decodes all frames so far anew.
//
// Shapes: B clips, T frames, D values per frame, W width.
#pragma once

#include <cmath>
#include <cstdint>
#include <optional>
#include <vector>

#include "flowtalk/base/fields.h"
#include "flowtalk/generate/generator.h"
#include "flowtalk/nn/decoder_layer.h"
#include "flowtalk/nn/sequence_block.h"

namespace flowtalk::generate {

// What CodeTalker's first stage leaves: codes, and their decoder.
struct CodedFrameConfig {
  int codes = 0, width = 64, pieces = 0;
  prior::SequenceConfig decoder;

  // Values of the codes of a frame, side by side, where the decoder is `wide`.
  int64_t side_by_side(int64_t wide) const { return pieces > 0 ? pieces : wide; }

  template <class V>
  void fields(V&& field) {
    field("codes", codes, between(0, 65536), "to choose from; 0: frames are no codes");
    field("width", width, between(1, 4096), "values of a code");
    field("pieces", pieces, between(0, 65536),
          "values of the codes of a frame, which a linear map takes to the decoder's width; 0: as "
          "many, and no map");
    field("decoder", decoder, "sizes of what decodes them");
  }
};

struct AutoregressiveConfig {
  int width = 64, layers = 1, heads = 4, inner = 128, period = 30, beside = 1;
  CodedFrameConfig coded;

  template <class V>
  void fields(V&& field) {
    field("width", width, between(4, 4096), "of its decoder");
    field("layers", layers, between(1, 48), "of these");
    field("heads", heads, between(1, 64), "attention heads; a divisor of the width");
    field("inner", inner, between(8, 16384), "width between the linear maps of a layer");
    field("period", period, between(1, 1000), "frames after which positions come again");
    field("beside", beside, between(1, 2), "encoder frames that a frame hears");
    field("coded", coded, "where frames are codes, as in CodeTalker");
  }
};

// The slopes of Press et al. (2022) for heads h = 0 .. H - 1: 2^(-8 (h + 1) / H).
inline std::vector<float> slopes_of(int heads) {
  std::vector<float> slopes;
  for (int h = 1; h <= heads; ++h) {
    slopes.push_back(std::exp2(-8.0f * static_cast<float>(h) / static_cast<float>(heads)));
  }
  return slopes;
}

// Codes of frames, and all frames so far of their codes.
template <class Ops>
struct CodedFrames {
  using T = ops::TensorOf<Ops>;
  CodedFrames(params::Scope<Ops> p, int64_t width, int64_t values, const CodedFrameConfig& c)
      : quantiser(p / "quantiser", c.side_by_side(width), {.codes = c.codes, .width = c.width}),
        decoder(p / "decoder", still(c.decoder.sizes(width))),
        output(p / "decoder_out", width, values) {
    if (c.pieces > 0) input.emplace(p / "decoder_in", c.pieces, width);
  }

  T codes_of(Ops& ops, const T& pieces) const { return quantiser.nearest(ops, pieces).values; }
  // (B, t, W or pieces) -> (B, t, D). One frame alone would be zero behind the norm over time: it
  // is decoded as two.
  T decode(Ops& ops, const T& codes) const {
    if (ops.shape(codes)[1] > 1) return decoded(ops, codes);
    return ops.slice(decoded(ops, ops.concat({codes, codes}, 1)), 1, 0, 1);
  }

  prior::Quantiser<Ops> quantiser;
  std::optional<nn::Linear<Ops>> input;
  nn::SequenceNetwork<Ops> decoder;
  nn::Linear<Ops> output;

 private:
  T decoded(Ops& ops, const T& codes) const {
    return output(ops, decoder(ops, input ? (*input)(ops, codes) : codes));
  }
  static nn::SequenceSizes still(nn::SequenceSizes sizes) {
    sizes.still = true;
    return sizes;
  }
};

template <class Ops>
struct AutoregressivePredictor {
  using T = ops::TensorOf<Ops>;

  AutoregressivePredictor(params::Scope<Ops> p, const Surroundings<Ops>& around,
                          const AutoregressiveConfig& c)
      : config(c),
        speech(p / "speech", around.condition / c.beside, c.width),
        frame_in(p / "frame_in", around.latent, c.width),
        frame_out(p / "frame_out", c.width,
                  c.coded.codes > 0 ? c.coded.side_by_side(c.width) : around.latent,
                  c.coded.codes > 0 ? nn::Bias::kNo : nn::Bias::kYes) {
    if (c.width % c.heads != 0) {
      fail("decoder: expected heads that divide the width {}, got {}", c.width, c.heads);
    }
    for (int64_t i = 0; i < c.layers; ++i) {
      layers.emplace_back(p / "layer" / i, nn::DecoderSizes{c.width, c.heads, c.inner});
    }
    if (c.coded.codes > 0) coded.emplace(p, c.width, around.latent, c.coded);
  }

  // (B, T, K) and what is asked (B, T, W) -> (B, T, D)
  T operator()(Ops& ops, const Condition<Ops>& c) const {
    const auto shape = ops.shape(c.values);
    const int64_t heard = shape[1] * config.beside;
    const T memory =
        speech(ops, ops.reshape(c.values, {shape[0], heard, shape[2] / config.beside}));
    std::vector<Step> steps;
    for (const auto& layer : layers) steps.push_back({{}, layer.remember(ops, memory)});
    const T style = ops.slice(c.asked.value(), 1, 0, 1);
    std::vector<T> frames, codes;
    T next = style, made = style;
    for (int64_t t = 0; t < shape[1]; ++t) {
      const T answer = frame_out(ops, decoded(ops, next, t, steps));
      if (coded) {
        codes.push_back(coded->codes_of(ops, answer));
        made = coded->decode(ops, ops.concat(codes, 1));
      } else {
        made = answer;
        frames.push_back(answer);
      }
      const int64_t count = ops.shape(made)[1];
      next = ops.add(frame_in(ops, ops.slice(made, 1, count - 1, count)), style);
    }
    return coded ? made : ops.concat(frames, 1);
  }

  AutoregressiveConfig config;
  nn::Linear<Ops> speech, frame_in, frame_out;
  std::vector<nn::DecoderLayer<Ops>> layers;
  std::optional<CodedFrames<Ops>> coded;

 private:
  struct Step {
    typename nn::DecoderLayer<Ops>::Past past;
    typename nn::DecoderLayer<Ops>::Memory memory;
  };

  // Frame t (B, 1, W) through the layers.
  T decoded(Ops& ops, const T& frame, int64_t t, std::vector<Step>& steps) const {
    const std::vector<float> table = nn::sinusoids(config.period, config.width);
    const auto row = table.begin() + t % config.period * config.width;
    const std::vector<float> position(row, row + config.width);
    const std::vector<float> bias = bias_at(t);
    T x = ops.add(frame, ops.constant({1, 1, config.width}, position));
    for (size_t i = 0; i < layers.size(); ++i) {
      x = layers[i](ops, x, steps[i].past, bias, steps[i].memory, t * config.beside,
                    (t + 1) * config.beside);
    }
    return x;
  }
  // -slope floor((t - j) / period) of frames j = 0 .. t, for each head
  std::vector<float> bias_at(int64_t t) const {
    std::vector<float> bias;
    for (const float slope : slopes_of(config.heads)) {
      for (int64_t j = 0; j <= t; ++j) {
        bias.push_back(-slope * static_cast<float>((t - j) / config.period));
      }
    }
    return bias;
  }
};

}  // namespace flowtalk::generate
