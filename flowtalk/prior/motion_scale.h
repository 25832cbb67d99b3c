// Motion is standardised per channel; the scaler is in the checkpoint. Its W channels are FLAME's
// 53, or the coordinates of a mesh.
#pragma once

#include "flowtalk/motion/layout.h"
#include "flowtalk/params/scope.h"

namespace flowtalk::prior {

template <class Ops>
struct MotionScale {
  using T = ops::TensorOf<Ops>;
  explicit MotionScale(params::Scope<Ops> p, int64_t width = motion::kLive)
      : mean(p.buffer("motion_mean", {width}, params::zeros())),
        sd(p.buffer("motion_sd", {width}, params::ones())) {}

  // motion (B, T, W) and back
  T standardise(Ops& ops, const T& motion) const { return ops.div(ops.sub(motion, mean), sd); }
  T restore(Ops& ops, const T& x) const { return ops.add(ops.mul(x, sd), mean); }

  T mean, sd;  // (W)
};

}  // namespace flowtalk::prior
