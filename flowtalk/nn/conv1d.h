// Convolution over time: (B, T, in) -> (B, T', out). See ops::ConvOptions for the frame count.
#pragma once

#include <cmath>

#include "flowtalk/nn/together.h"

namespace flowtalk::nn {

// What a convolution over time has heard and still needs, (B, n, in): a stream goes on from it.
template <class Ops>
struct ConvPast {
  ops::TensorOf<Ops> frames;
};

template <class Ops>
struct Conv1d {
  using T = ops::TensorOf<Ops>;
  Conv1d(params::Scope<Ops> p, int64_t in, int64_t out, int64_t kernel,
         const ops::ConvOptions& conv = {})
      : weight(p.tensor(
            "weight", {out, in / conv.groups, kernel},
            params::uniform(1.0f / std::sqrt(static_cast<float>(in / conv.groups * kernel))))),
        bias(p.tensor("bias", {out}, params::zeros())),
        options(conv) {}
  T operator()(Ops& ops, const T& x) const { return ops.conv1d(x, weight, bias, options); }

  // Of `batch` streams at their beginning, where zeros lie to the left.
  ConvPast<Ops> begin(Ops& ops, int64_t batch) const {
    return {ops.zeros({batch, options.left, ops.shape(weight)[1] * options.groups})};
  }
  // The frames that x (B, n, in), which follows, makes known; the same bytes as of the whole. Their
  // number is n, less options.right at the first step, which must be more than that.
  T step(Ops& ops, Together<ConvPast<Ops>> past, const T& x) const {
    const int64_t kept = options.left + options.right;
    const T all = one_by_one(
        ops, past, x, [&](const ConvPast<Ops>& one) { return ops.shape(one.frames)[0]; },
        [&](ConvPast<Ops>& one, const T& come) {
          const T heard = ops.concat({one.frames, come}, 1);
          const int64_t frames = ops.shape(heard)[1];
          one.frames = ops.slice(heard, 1, frames - kept, frames);
          return heard;
        });
    ops::ConvOptions inside = options;
    inside.left = inside.right = 0;
    return ops.conv1d(all, weight, bias, inside);
  }

  T weight, bias;  // (out, in / groups, kernel), (out)
  ops::ConvOptions options;
};

// Same frame count out as in, with `lookahead` frames seen to the right; 0 is causal.
inline ops::ConvOptions same_length(int64_t kernel, int64_t lookahead, int64_t dilation = 1) {
  ops::ConvOptions options;
  options.dilation = dilation;
  options.right = lookahead * dilation;
  options.left = (kernel - 1 - lookahead) * dilation;
  return options;
}

}  // namespace flowtalk::nn
