// Layer norm over the last axis, per frame: nothing of a frame depends on the clip's length.
#pragma once

#include "flowtalk/params/scope.h"

namespace flowtalk::nn {

template <class Ops>
struct LayerNorm {
  using T = ops::TensorOf<Ops>;
  LayerNorm(params::Scope<Ops> p, int64_t channels, float epsilon = 1e-5f)
      : gain(p.tensor("gain", {channels}, params::ones())),
        bias(p.tensor("bias", {channels}, params::zeros())),
        eps(epsilon) {}
  T operator()(Ops& ops, const T& x) const { return ops.layer_norm(x, gain, bias, eps); }

  T gain, bias;  // (C)
  float eps;
};

}  // namespace flowtalk::nn
