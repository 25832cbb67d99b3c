// Condition fusion: speech features, emotion vector and style become the condition of every frame.
// Each layer is a convolution with a bounded look to the right, its input modulated by emotion and
// style (FiLM, Perez et al., 2018); norms are per frame.
#pragma once

#include <vector>

#include "flowtalk/condition/condition_config.h"
#include "flowtalk/nn/residual_conv.h"

namespace flowtalk::condition {

template <class Ops>
struct FusionLayer {
  using T = ops::TensorOf<Ops>;
  FusionLayer(params::Scope<Ops> p, const ConditionConfig& c, int64_t lookahead)
      : norm(p / "norm", c.width),
        film(p / "film", c.width, 2 * c.width, params::normal(0.02f)),
        conv(p / "conv", c.width, 2 * c.width, c.kernel, nn::same_length(c.kernel, lookahead)),
        output(p / "output", 2 * c.width, c.width),
        width(c.width) {}

  // x (B, T, K), modulation (B, T, K) -> (B, T, K)
  T operator()(Ops& ops, const T& x, const T& modulation) const {
    return ops.add(x, ops.dropout(answer(ops, conv(ops, modulated(ops, x, modulation))), 0.1f));
  }

  // What a stream has heard: x and modulation of the frames that the convolution still looks ahead
  // from.
  struct Past {
    nn::ConvPast<Ops> conv;
    T x, modulation;
  };
  Past begin(Ops& ops) const {
    const T none = ops.zeros({1, 0, width});
    return {conv.begin(ops, 1), none, none};
  }
  // The next frames of both become those that are known now, later by the look-ahead; the same
  // bytes as of the whole.
  void step(Ops& ops, nn::Together<Past> past, T& x, T& modulation) const {
    const auto heard = nn::parts_of(
        past, [](Past & p) -> auto& { return p.conv; });
    const T moved = answer(ops, conv.step(ops, heard, modulated(ops, x, modulation)));
    const int64_t frames = ops.shape(moved)[1];
    const auto waiting = nn::parts_of(
        past, [](Past & p) -> auto& { return p.x; });
    const auto asked = nn::parts_of(
        past, [](Past & p) -> auto& { return p.modulation; });
    x = ops.add(nn::next_frames<Ops>(ops, waiting, x, frames), moved);
    modulation = nn::next_frames<Ops>(ops, asked, modulation, frames);
  }

  nn::LayerNorm<Ops> norm;
  nn::Linear<Ops> film;
  nn::Conv1d<Ops> conv;
  nn::Linear<Ops> output;
  int64_t width;

 private:
  T modulated(Ops& ops, const T& x, const T& modulation) const {
    const T both = film(ops, modulation);
    const T gain = ops.offset(ops.slice(both, 2, 0, width), 1);
    const T shift = ops.slice(both, 2, width, 2 * width);
    return ops.add(ops.mul(norm(ops, x), gain), shift);
  }
  T answer(Ops& ops, const T& heard) const { return output(ops, ops.gelu(heard)); }
};

template <class Ops>
struct Fusion {
  using T = ops::TensorOf<Ops>;
  Fusion(params::Scope<Ops> p, int64_t speech_width, const ConditionConfig& c)
      : speech_norm(p / "speech_norm", speech_width),
        speech(p / "speech", speech_width, c.width),
        norm(p / "norm", c.width) {
    for (int i = 0; i < c.fusion_layers; ++i) {
      layers.emplace_back(p / "layer" / int64_t{i}, c, c.lookahead.at(i));
    }
  }

  // speech (B, T, 2C) at 25 Hz, emotion (B, T, K), style (B, 1, K) -> condition (B, T, K)
  T operator()(Ops& ops, const T& speech_pairs, const T& emotion, const T& style) const {
    const T modulation = ops.add(emotion, style);
    T x = speech(ops, speech_norm(ops, speech_pairs));
    for (const auto& layer : layers) x = layer(ops, x, modulation);
    return norm(ops, ops.add(x, ops.scale(modulation, 0.5f)));
  }

  // What a stream has heard.
  using Past = std::vector<typename FusionLayer<Ops>::Past>;
  Past begin(Ops& ops) const {
    Past past;
    for (const auto& layer : layers) past.push_back(layer.begin(ops));
    return past;
  }
  // The next frames (B, n, ...) of streams -> the condition of those that are known now, later by
  // ConditionConfig::frames_ahead(); style (B, n, K).
  T step(Ops& ops, nn::Together<Past> past, const T& speech_pairs, const T& emotion,
         const T& style) const {
    T modulation = ops.add(emotion, style);
    T x = speech(ops, speech_norm(ops, speech_pairs));
    for (size_t i = 0; i < layers.size(); ++i) {
      const auto heard = nn::parts_of(
          past, [i](Past & p) -> auto& { return p[i]; });
      layers[i].step(ops, heard, x, modulation);
    }
    return norm(ops, ops.add(x, ops.scale(modulation, 0.5f)));
  }

  nn::LayerNorm<Ops> speech_norm;
  nn::Linear<Ops> speech;
  std::vector<FusionLayer<Ops>> layers;
  nn::LayerNorm<Ops> norm;
};

}  // namespace flowtalk::condition
