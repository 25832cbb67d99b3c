// Motion is standardised per channel; the scaler is in the checkpoint.
#pragma once

#include "flowtalk/motion/layout.h"
#include "flowtalk/params/scope.h"

namespace flowtalk::prior {

template <class Ops>
struct MotionScale {
  using T = ops::TensorOf<Ops>;
  explicit MotionScale(params::Scope<Ops> p)
      : mean(p.buffer("motion_mean", {motion::kLive}, params::zeros())),
        sd(p.buffer("motion_sd", {motion::kLive}, params::ones())) {}

  // motion (B, T, 53) and back
  T standardise(Ops& ops, const T& motion) const { return ops.div(ops.sub(motion, mean), sd); }
  T restore(Ops& ops, const T& x) const { return ops.add(ops.mul(x, sd), mean); }

  T mean, sd;  // (53)
};

}  // namespace flowtalk::prior
