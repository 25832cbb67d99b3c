// Convolution over time: (B, T, in) -> (B, T', out). See ops::ConvOptions for the frame count.
#pragma once

#include <cmath>

#include "flowtalk/params/scope.h"

namespace flowtalk::nn {

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
