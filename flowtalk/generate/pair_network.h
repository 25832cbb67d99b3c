// From the condition to one answer per frame, a pair of frames at a time.
#pragma once

#include "flowtalk/generate/generator.h"
#include "flowtalk/nn/linear.h"

namespace flowtalk::generate {

template <class Ops>
struct PairNetwork {
  using T = ops::TensorOf<Ops>;
  PairNetwork(params::Scope<Ops> p, const Surroundings<Ops>& around, int hidden)
      : inner(p / "inner", 2 * around.condition, hidden),
        outer(p / "outer", hidden, 2 * around.latent, params::normal(0.01f)),
        latent(around.latent) {}

  // (B, T, K) -> (B, T, D)
  T operator()(Ops& ops, const Condition<Ops>& c) const {
    const auto shape = ops.shape(c.values);
    const T pairs = ops.reshape(c.values, {shape[0], shape[1] / 2, 2 * shape[2]});
    return ops.reshape(outer(ops, ops.gelu(inner(ops, pairs))), {shape[0], shape[1], latent});
  }

  nn::Linear<Ops> inner, outer;
  int64_t latent;
};

}  // namespace flowtalk::generate
