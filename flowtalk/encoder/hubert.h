// HuBERT (Hsu et al., 2021): waveform -> speech features at 50 Hz. The base and large flavours, and
// small ones, are all HubertConfig values.
#pragma once

#include <algorithm>
#include <vector>

#include "flowtalk/base/error.h"
#include "flowtalk/base/recycled.h"
#include "flowtalk/encoder/hubert_config.h"
#include "flowtalk/nn/conv1d.h"
#include "flowtalk/nn/layer_norm.h"
#include "flowtalk/nn/linear.h"
#include "flowtalk/nn/transformer_block.h"

namespace flowtalk::encoder {

// One convolution of the feature extractor with its norm ("group": over time, first layer only) and
// its activation; "tanh": of the first layer a tanh, scaled and shifted, in the place of both.
template <class Ops>
struct FeatureConv {
  using T = ops::TensorOf<Ops>;
  enum class Norm { kNone, kTime, kLayer, kTanh };

  FeatureConv(params::Scope<Ops> p, const HubertConfig& c, size_t layer)
      : weight(p.tensor("weight", {c.conv_dim[layer], in(c, layer), c.conv_kernel[layer]},
                        params::normal(std::sqrt(
                            2.0f / static_cast<float>(in(c, layer) * c.conv_kernel[layer]))))),
        norm(c.feat_extract_norm == "layer"  ? Norm::kLayer
             : layer > 0                     ? Norm::kNone
             : c.feat_extract_norm == "tanh" ? Norm::kTanh
                                             : Norm::kTime),
        has_bias(c.conv_bias),
        eps(1e-5f) {
    const int64_t out = c.conv_dim[layer];
    options.stride = c.conv_stride[layer];
    options.dilation = c.dilation(layer);
    if (has_bias) bias = p.tensor("bias", {out}, params::zeros());
    if (norm != Norm::kNone) {
      gain = p.tensor("norm_gain", {out}, params::ones());
      shift = p.tensor("norm_bias", {out}, params::zeros());
    }
  }

  // (B, T, in) -> (B, T', out), before norm and activation
  T convolve(Ops& ops, const T& x) const { return convolve(ops, x, options); }

  // (B, T, in) -> (B, T', out)
  T operator()(Ops& ops, const T& x) const { return activated(ops, convolve(ops, x, options)); }

  // (B, T, in) -> (B, count, out): those frames that `next`, whose taps lie apart, makes `count` of
  // its own of, in their order, so that it then goes over them in strides of its kernel.
  T for_taps(Ops& ops, const T& x, const FeatureConv& next, int64_t count) const {
    ops::ConvOptions strides = options;
    strides.stride *= next.options.stride;
    const int64_t taps = ops.shape(next.weight)[2], kernel = ops.shape(weight)[2];
    const int64_t span = (count - 1) * strides.stride + (kernel - 1) * options.dilation + 1;
    RecycledVector<T> each;
    for (int64_t tap = 0; tap < taps; ++tap) {
      const int64_t begin = tap * next.options.dilation * options.stride;
      each.push_back(convolve(ops, ops.slice(x, 1, begin, begin + span), strides));
    }
    const T beside = ops.concat(each, 2);
    const auto shape = ops.shape(beside);
    return activated(ops, ops.reshape(beside, {shape[0], taps * shape[1], shape[2] / taps}));
  }
  T of_taps(Ops& ops, const T& x) const {
    ops::ConvOptions strides = options;
    strides.stride = ops.shape(weight)[2];
    strides.dilation = 1;
    return activated(ops, convolve(ops, x, strides));
  }

  T weight, bias, gain, shift;
  ops::ConvOptions options;
  Norm norm;
  bool has_bias;
  float eps;

 private:
  T convolve(Ops& ops, const T& x, const ops::ConvOptions& o) const {
    return has_bias ? ops.conv1d(x, weight, bias, o) : ops.conv1d(x, weight, o);
  }
  T activated(Ops& ops, T y) const {
    if (norm == Norm::kTanh) return ops.add(ops.mul(ops.tanh(y), gain), shift);
    if (norm == Norm::kTime) y = ops.time_norm(y, gain, shift, eps);
    if (norm == Norm::kLayer) y = ops.layer_norm(y, gain, shift, eps);
    return ops.gelu(y);
  }
  static int64_t in(const HubertConfig& c, size_t layer) {
    return layer == 0 ? 1 : c.conv_dim[layer - 1];
  }
};

template <class Ops>
struct Hubert {
  using T = ops::TensorOf<Ops>;
  using Scope = params::Scope<Ops>;

  Hubert(Scope p, const HubertConfig& c)
      : config(c),
        projection(p / "projection", c.conv_dim.back(), c.hidden_size),
        position(p / "position", c.hidden_size, c.hidden_size, c.num_conv_pos_embeddings,
                 position_options(c)),
        norm(p / "norm", c.hidden_size, c.layer_norm_eps) {
    for (size_t i = 0; i < c.conv_dim.size(); ++i) {
      convolutions.emplace_back(p / "conv" / static_cast<int64_t>(i), c, i);
    }
    if (c.feat_proj_layer_norm) {
      projection_norm.emplace_back(p / "projection_norm", c.conv_dim.back(), c.layer_norm_eps);
    }
    nn::TransformerOptions block{c.hidden_size,
                                 c.num_attention_heads,
                                 c.intermediate_size,
                                 c.do_stable_layer_norm,
                                 0.1f,
                                 c.layer_norm_eps,
                                 {c.attention_block, c.attention_left},
                                 {c.rotary_dims, c.rotary_rate}};
    for (int64_t i = 0; i < c.num_hidden_layers; ++i) {
      layers.emplace_back(p / "layer" / i, block);
    }
  }

  // waveform (B, S), already normalised -> features (B, frames(S), hidden_size)
  T operator()(Ops& ops, const T& waveform) const {
    return visit_states(ops, local_features(ops, waveform), [](const T&) {});
  }

  // What enters the first layer, then the output of each layer; the last has the final norm.
  std::vector<T> hidden_states(Ops& ops, const T& waveform) const {
    std::vector<T> states;
    visit_states(ops, local_features(ops, waveform), [&](const T& x) { states.push_back(x); });
    return states;
  }

  // Local features (B, T, conv_dim.back()) -> the last hidden state; each state in the order of
  // hidden_states() goes to visit(state) as soon as it is there. The frames are those from `first`.
  template <class Visit>
  T visit_states(Ops& ops, const T& local, const Visit& visit, int64_t first = 0) const {
    T x = projected(ops, local);
    x = ops.dropout(entered(ops, ops.add(x, ops.gelu(position(ops, x)))), 0.1f);
    for (const auto& layer : layers) {
      visit(x);
      x = layer(ops, x, first);
    }
    if (config.do_stable_layer_norm) x = norm(ops, x);
    visit(x);
    return x;
  }

  // What a stream has heard.
  struct Past {
    nn::ConvPast<Ops> position;
    T projected;  // (1, n, H): frames that the position still looks ahead from
    std::vector<nn::KeysAndValues<Ops>> layers;
  };
  Past begin(Ops& ops) const {
    Past past{position.begin(ops, 1), ops.zeros({1, 0, config.hidden_size}), {}};
    for (const auto& layer : layers) past.layers.push_back(layer.attention.begin(ops, 1));
    return past;
  }
  // Of a bounded encoder: local features (B, n, conv_dim.back()) of streams that follow, as many as
  // make whole blocks of attention known -> those frames of the last hidden state; the same bytes
  // as of the whole.
  T step(Ops& ops, nn::Together<Past> past, const T& local) const {
    const T x = projected(ops, local);
    const auto heard = nn::parts_of(
        past, [](Past & p) -> auto& { return p.position; });
    const T moved = ops.gelu(position.step(ops, heard, x));
    const int64_t frames = ops.shape(moved)[1], block = std::max(1, config.attention_block);
    FT_CHECK(frames % block == 0, "{} frames, blocks of {}", frames, block);
    const auto waiting = nn::parts_of(
        past, [](Past & p) -> auto& { return p.projected; });
    const T behind = nn::next_frames<Ops>(ops, waiting, x, frames);
    const T embedded = entered(ops, ops.add(behind, moved));
    RecycledVector<T> blocks;
    for (int64_t begin = 0; begin < frames; begin += block) {
      T y = ops.slice(embedded, 1, begin, begin + block);
      for (size_t i = 0; i < layers.size(); ++i) {
        const auto seen = nn::parts_of(
            past, [i](Past & p) -> auto& { return p.layers[i]; });
        y = layers[i].step(ops, seen, y);
      }
      blocks.push_back(config.do_stable_layer_norm ? norm(ops, y) : y);
    }
    return blocks.size() == 1 ? blocks.front() : ops.concat(blocks, 1);
  }

  // The convolution stack alone, of a clip from its beginning: (B, S) -> (B, T, conv_dim.back())
  T local_features(Ops& ops, const T& waveform) const {
    if (config.conv_past == 0) return convolved(ops, waveform);
    const T before = ops.zeros({ops.shape(waveform)[0], config.conv_past});
    return convolved(ops, ops.concat({before, waveform}, 1));
  }
  // The same of samples that begin conv_past before those of the first frame.
  T convolved(Ops& ops, const T& waveform) const {
    const auto shape = ops.shape(waveform);
    T x = ops.reshape(waveform, {shape[0], shape[1], 1});
    const auto last = convolutions.end() - 1;
    if (last == convolutions.begin() || last->options.dilation == 1) {
      for (const auto& conv : convolutions) x = conv(ops, x);
      return x;
    }
    // Most frames before taps that lie apart are heard by none of them.
    for (auto conv = convolutions.begin(); conv != last - 1; ++conv) x = (*conv)(ops, x);
    const int64_t count = (shape[1] - config.receptive_samples()) / config.hop_samples() + 1;
    return last->of_taps(ops, (last - 1)->for_taps(ops, x, *last, count));
  }

  HubertConfig config;
  std::vector<FeatureConv<Ops>> convolutions;
  std::vector<nn::LayerNorm<Ops>> projection_norm;  // one or none
  nn::Linear<Ops> projection;
  nn::Conv1d<Ops> position;
  std::vector<nn::TransformerBlock<Ops>> layers;
  nn::LayerNorm<Ops> norm;

 private:
  T projected(Ops& ops, const T& local) const {
    T x = local;
    for (const auto& projection_layer_norm : projection_norm) x = projection_layer_norm(ops, x);
    return projection(ops, x);
  }
  // What enters the first layer.
  T entered(Ops& ops, const T& x) const { return config.do_stable_layer_norm ? x : norm(ops, x); }

  static ops::ConvOptions position_options(const HubertConfig& c) {
    ops::ConvOptions options;
    options.groups = c.num_conv_pos_embedding_groups;
    options.left = c.position_left();
    options.right = c.position_right();
    return options;
  }
};

}  // namespace flowtalk::encoder
