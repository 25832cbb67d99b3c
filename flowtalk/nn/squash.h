// What the published sequence models put before their transformers: a convolution over 5 frames
// with the edge frames repeated, a leaky ReLU, and each channel standardised over the whole clip:
// (B, T, C) -> (B, T, C). A frame depends on all others.
#pragma once

#include <vector>

#include "flowtalk/nn/conv1d.h"

namespace flowtalk::nn {

inline constexpr float kLeak = 0.2f;  // of the leaky ReLUs of these models

template <class Ops>
struct Squash {
  using T = ops::TensorOf<Ops>;
  Squash(params::Scope<Ops> p, int64_t width)
      : conv(p / "conv", width, width, 2 * kReach + 1), channels(width) {}

  T operator()(Ops& ops, const T& x) const {
    const T y = ops.leaky_relu(conv(ops, with_edges(ops, x)), kLeak);
    const std::vector<float> ones(static_cast<size_t>(channels), 1.0f);
    return ops.time_norm(y, ops.constant({channels}, ones), ops.zeros({channels}), 1e-5f);
  }

  Conv1d<Ops> conv;
  int64_t channels;

 private:
  static constexpr int kReach = 2;  // frames to each side

  T with_edges(Ops& ops, const T& x) const {
    const int64_t frames = ops.shape(x)[1];
    const T first = ops.slice(x, 1, 0, 1), last = ops.slice(x, 1, frames - 1, frames);
    return ops.concat({first, first, x, last, last}, 1);
  }
};

}  // namespace flowtalk::nn
