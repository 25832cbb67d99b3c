// Affine map over the last axis: (..., in) -> (..., out).
#pragma once

#include <cmath>

#include "flowtalk/params/scope.h"

namespace flowtalk::nn {

enum class Bias { kYes, kNo };

template <class Ops>
struct Linear {
  using T = ops::TensorOf<Ops>;
  Linear(params::Scope<Ops> p, int64_t in, int64_t out, Bias has = Bias::kYes)
      : Linear(p, in, out, params::uniform(1.0f / std::sqrt(static_cast<float>(in))), has) {}
  Linear(params::Scope<Ops> p, int64_t in, int64_t out, const params::Init& init,
         Bias has = Bias::kYes)
      : weight(p.tensor("weight", {out, in}, init)), has_bias(has == Bias::kYes) {
    if (has_bias) bias = p.tensor("bias", {out}, params::zeros());
  }
  T operator()(Ops& ops, const T& x) const {
    return has_bias ? ops.linear(x, weight, bias) : ops.linear(x, weight);
  }

  T weight, bias;  // (out, in); (out), or nothing
  bool has_bias;
};

}  // namespace flowtalk::nn
