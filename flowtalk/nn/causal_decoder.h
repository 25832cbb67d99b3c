// The transformer decoder of FaceFormer (Fan et al., CVPR 2022) and CodeTalker (Xing et al., CVPR
// 2023), one frame at a time: a frame attends to those before it, less the further they lie back,
// and to its own frames of speech alone. Layers norm after the sum, with ReLU.
//
// Shapes: B clips, w width, S frames of speech per frame of the face.
#pragma once

#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

#include "flowtalk/base/error.h"
#include "flowtalk/nn/layer_norm.h"
#include "flowtalk/nn/linear.h"
#include "flowtalk/nn/position.h"

namespace flowtalk::nn {

struct CausalSizes {
  int64_t width = 64, layers = 1, heads = 4, inner = 128;
  int64_t period = 30;  // frames after which positions begin again, and by which the past fades
};

// What a layer has seen, (B, t, w) each.
template <class Ops>
struct CausalPast {
  std::vector<ops::TensorOf<Ops>> keys, values;  // of each layer; empty before the first frame
  int64_t frames = 0;
};

template <class Ops>
struct CausalLayer {
  using T = ops::TensorOf<Ops>;
  CausalLayer(params::Scope<Ops> p, const CausalSizes& s)
      : query(p / "query", s.width, s.width),
        key(p / "key", s.width, s.width),
        value(p / "value", s.width, s.width),
        output(p / "output", s.width, s.width),
        speech_query(p / "speech_query", s.width, s.width),
        speech_key(p / "speech_key", s.width, s.width),
        speech_value(p / "speech_value", s.width, s.width),
        speech_output(p / "speech_output", s.width, s.width),
        inner(p / "inner", s.width, s.inner),
        outer(p / "outer", s.inner, s.width),
        norm(p / "norm", s.width),
        speech_norm(p / "speech_norm", s.width),
        output_norm(p / "output_norm", s.width),
        heads(s.heads) {}

  // x (B, 1, w) after the past; keys and values (B, t, w) hold x too; bias (heads, 1, t);
  // speech (B, S, w)
  T operator()(Ops& ops, const T& x, const T& keys, const T& values, const T& bias,
               const T& speech) const {
    const T seen = output(ops, attend(ops, query(ops, x), keys, values, &bias));
    const T mid = norm(ops, ops.add(x, seen));
    const T heard = speech_output(ops, attend(ops, speech_query(ops, mid), speech_key(ops, speech),
                                              speech_value(ops, speech), nullptr));
    const T both = speech_norm(ops, ops.add(mid, heard));
    const T more = outer(ops, ops.leaky_relu(inner(ops, both), 0));
    return output_norm(ops, ops.add(both, more));
  }

  Linear<Ops> query, key, value, output;
  Linear<Ops> speech_query, speech_key, speech_value, speech_output;
  Linear<Ops> inner, outer;
  LayerNorm<Ops> norm, speech_norm, output_norm;
  int64_t heads;

 private:
  // (B, 1, w), (B, t, w) -> (B, 1, w)
  T attend(Ops& ops, const T& q, const T& k, const T& v, const T* bias) const {
    const float scale = 1 / std::sqrt(static_cast<float>(ops.shape(q)[2] / heads));
    T scores = ops.matmul(split(ops, ops.scale(q, scale)), ops.transpose(split(ops, k), 2, 3));
    if (bias != nullptr) scores = ops.add(scores, *bias);
    const T mixed = ops.matmul(ops.softmax_last(scores), split(ops, v));
    return ops.reshape(ops.transpose(mixed, 1, 2), ops.shape(q));
  }
  // (B, t, w) -> (B, heads, t, w / heads)
  T split(Ops& ops, const T& x) const {
    const auto s = ops.shape(x);
    return ops.transpose(ops.reshape(x, {s[0], s[1], heads, s[2] / heads}), 1, 2);
  }
};

template <class Ops>
struct CausalDecoder {
  using T = ops::TensorOf<Ops>;
  // Error: heads that do not divide the width.
  CausalDecoder(params::Scope<Ops> p, const CausalSizes& s) : sizes(s) {
    if (s.heads < 1 || s.width % s.heads != 0) {
      fail("decoder: expected heads that divide the width {}, got {}", s.width, s.heads);
    }
    for (int64_t i = 0; i < s.layers; ++i) layers.emplace_back(p / i, s);
  }

  // The next frame x (B, 1, w), without its position, and what is heard at it (B, S, w) ->
  // (B, 1, w). Moves the past on.
  T operator()(Ops& ops, CausalPast<Ops>& past, const T& x, const T& speech) const {
    past.keys.resize(layers.size());
    past.values.resize(layers.size());
    T y = ops.add(x, position(ops, past.frames));
    const T bias = fading(ops, past.frames);
    for (size_t i = 0; i < layers.size(); ++i) {
      append(ops, past.frames, past.keys[i], layers[i].key(ops, y));
      append(ops, past.frames, past.values[i], layers[i].value(ops, y));
      y = layers[i](ops, y, past.keys[i], past.values[i], bias, speech);
    }
    ++past.frames;
    return y;
  }

  CausalSizes sizes;
  std::vector<CausalLayer<Ops>> layers;

 private:
  static void append(Ops& ops, int64_t frames, T& all, const T& next) {
    all = frames == 0 ? next : ops.concat({all, next}, 1);
  }
  // (1, 1, w)
  T position(Ops& ops, int64_t frame) const {
    const auto table = sinusoids(sizes.period, sizes.width);
    const auto row = static_cast<size_t>(frame % sizes.period * sizes.width);
    return ops.constant({1, 1, sizes.width},
                        std::span(table).subspan(row, static_cast<size_t>(sizes.width)));
  }
  // -slope_h floor((frame - j) / period) for frames j up to this one: (heads, 1, t). Slopes are
  // those of ALiBi (Press et al., 2022) for a power of two of heads: 2^(-8 h / heads).
  T fading(Ops& ops, int64_t frame) const {
    std::vector<float> bias;
    for (int64_t h = 1; h <= sizes.heads; ++h) {
      const double slope =
          std::exp2(-8.0 * static_cast<double>(h) / static_cast<double>(sizes.heads));
      for (int64_t j = 0; j <= frame; ++j) {
        bias.push_back(
            static_cast<float>(-slope * static_cast<double>((frame - j) / sizes.period)));
      }
    }
    return ops.constant({sizes.heads, 1, frame + 1}, bias);
  }
};

}  // namespace flowtalk::nn
