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
  FusionLayer(params::Scope<Ops> p, const ConditionConfig& c)
      : norm(p / "norm", c.width),
        film(p / "film", c.width, 2 * c.width, params::normal(0.02f)),
        conv(p / "conv", c.width, 2 * c.width, c.kernel, nn::same_length(c.kernel, c.lookahead)),
        output(p / "output", 2 * c.width, c.width),
        width(c.width) {}

  // x (B, T, K), modulation (B, T, K) -> (B, T, K)
  T operator()(Ops& ops, const T& x, const T& modulation) const {
    const T both = film(ops, modulation);
    const T gain = ops.offset(ops.slice(both, 2, 0, width), 1);
    const T shift = ops.slice(both, 2, width, 2 * width);
    const T modulated = ops.add(ops.mul(norm(ops, x), gain), shift);
    return ops.add(x, ops.dropout(output(ops, ops.gelu(conv(ops, modulated))), 0.1f));
  }

  nn::LayerNorm<Ops> norm;
  nn::Linear<Ops> film;
  nn::Conv1d<Ops> conv;
  nn::Linear<Ops> output;
  int64_t width;
};

template <class Ops>
struct Fusion {
  using T = ops::TensorOf<Ops>;
  Fusion(params::Scope<Ops> p, int64_t speech_width, const ConditionConfig& c)
      : speech_norm(p / "speech_norm", speech_width),
        speech(p / "speech", speech_width, c.width),
        norm(p / "norm", c.width) {
    for (int64_t i = 0; i < c.fusion_layers; ++i) layers.emplace_back(p / "layer" / i, c);
  }

  // speech (B, T, 2C) at 25 Hz, emotion (B, T, K), style (B, 1, K) -> condition (B, T, K)
  T operator()(Ops& ops, const T& speech_pairs, const T& emotion, const T& style) const {
    const T modulation = ops.add(emotion, style);
    T x = speech(ops, speech_norm(ops, speech_pairs));
    for (const auto& layer : layers) x = layer(ops, x, modulation);
    return norm(ops, ops.add(x, ops.scale(modulation, 0.5f)));
  }

  nn::LayerNorm<Ops> speech_norm;
  nn::Linear<Ops> speech;
  std::vector<FusionLayer<Ops>> layers;
  nn::LayerNorm<Ops> norm;
};

}  // namespace flowtalk::condition
