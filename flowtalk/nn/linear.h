// Affine map over the last axis: (..., in) -> (..., out).
#pragma once

#include <cmath>

#include "flowtalk/params/scope.h"

namespace flowtalk::nn {

template <class Ops>
struct Linear {
  using T = ops::TensorOf<Ops>;
  Linear(params::Scope<Ops> p, int64_t in, int64_t out)
      : Linear(p, in, out, params::uniform(1.0f / std::sqrt(static_cast<float>(in)))) {}
  Linear(params::Scope<Ops> p, int64_t in, int64_t out, const params::Init& init)
      : weight(p.tensor("weight", {out, in}, init)),
        bias(p.tensor("bias", {out}, params::zeros())) {}
  T operator()(Ops& ops, const T& x) const { return ops.linear(x, weight, bias); }

  T weight, bias;  // (out, in), (out)
};

}  // namespace flowtalk::nn
