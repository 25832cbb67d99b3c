// A GRU of one or more layers over frames (Cho et al., 2014): (B, T, in) -> (B, T, H), from the
// state zero. Gates lie in the order reset, update, candidate, as PyTorch has them.
#pragma once

#include <cmath>
#include <vector>

#include "flowtalk/nn/linear.h"

namespace flowtalk::nn {

struct GruOptions {
  int64_t in = 0, hidden = 0, layers = 1;
  float dropout = 0;  // between layers, in training
};

template <class Ops>
struct GruLayer {
  using T = ops::TensorOf<Ops>;
  GruLayer(params::Scope<Ops> p, int64_t in, int64_t hidden)
      : input(p / "input", in, 3 * hidden, start(hidden)),
        recurrent(p / "recurrent", hidden, 3 * hidden, start(hidden)) {}

  // One product makes what the inputs say of all frames; the rest goes frame by frame.
  T operator()(Ops& ops, const T& x) const {
    return ops.gru(input(ops, x), recurrent.weight, recurrent.bias);
  }

  Linear<Ops> input, recurrent;  // (3H, in) and (3H, H), each with its bias

 private:
  static params::Init start(int64_t hidden) {
    return params::uniform(1.0f / std::sqrt(static_cast<float>(hidden)));
  }
};

template <class Ops>
struct Gru {
  using T = ops::TensorOf<Ops>;
  Gru(params::Scope<Ops> p, const GruOptions& o) : dropout(o.dropout) {
    for (int64_t i = 0; i < o.layers; ++i) {
      layers.emplace_back(p / i, i == 0 ? o.in : o.hidden, o.hidden);
    }
  }

  T operator()(Ops& ops, const T& x) const {
    T y = x;
    for (size_t i = 0; i < layers.size(); ++i) {
      y = layers[i](ops, i == 0 ? y : ops.dropout(y, dropout));
    }
    return y;
  }

  std::vector<GruLayer<Ops>> layers;
  float dropout;
};

}  // namespace flowtalk::nn
