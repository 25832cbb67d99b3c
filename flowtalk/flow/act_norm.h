// ActNorm (Kingma & Dhariwal, 2018): y = (x + bias) exp(log_scale) per channel. The first training
// batch sets it to zero mean and unit variance (train/), once.
#pragma once

#include "flowtalk/flow/flow_step.h"

namespace flowtalk::flow {

template <class Ops>
struct ActNorm {
  using T = ops::TensorOf<Ops>;
  ActNorm(params::Scope<Ops> p, int64_t channels)
      : log_scale(p.tensor("log_scale", {channels}, params::zeros())),
        bias(p.tensor("bias", {channels}, params::zeros())) {}

  FlowOutput<Ops> forward(Ops& ops, const T& x) const {
    const T scale = ops.clamp(log_scale, -kBound, kBound);
    return {ops.mul(ops.add(x, bias), ops.exp(scale)), constant_log_det(ops, ops.sum_last(scale))};
  }
  T inverse(Ops& ops, const T& y) const {
    const T scale = ops.clamp(log_scale, -kBound, kBound);
    return ops.sub(ops.mul(y, ops.exp(ops.scale(scale, -1))), bias);
  }

  static constexpr float kBound = 5;
  T log_scale, bias;  // (C)
};

}  // namespace flowtalk::flow
