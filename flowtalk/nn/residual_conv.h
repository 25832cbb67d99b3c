// Pre-norm residual convolution block: x + conv(gelu(norm(x))), (B, T, C) -> (B, T, C).
#pragma once

#include "flowtalk/nn/conv1d.h"
#include "flowtalk/nn/layer_norm.h"
#include "flowtalk/nn/linear.h"

namespace flowtalk::nn {

template <class Ops>
struct ResidualConv {
  using T = ops::TensorOf<Ops>;
  ResidualConv(params::Scope<Ops> p, int64_t channels, int64_t kernel,
               const ops::ConvOptions& options)
      : norm(p / "norm", channels),
        conv(p / "conv", channels, channels, kernel, options),
        mix(p / "mix", channels, channels) {}
  T operator()(Ops& ops, const T& x) const {
    return ops.add(x, mix(ops, ops.gelu(conv(ops, norm(ops, x)))));
  }
  // The next frames of streams, where the convolution is causal.
  T step(Ops& ops, Together<ConvPast<Ops>> past, const T& x) const {
    return ops.add(x, mix(ops, ops.gelu(conv.step(ops, past, norm(ops, x)))));
  }

  LayerNorm<Ops> norm;
  Conv1d<Ops> conv;
  Linear<Ops> mix;
};

}  // namespace flowtalk::nn
