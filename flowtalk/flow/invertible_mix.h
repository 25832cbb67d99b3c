// Invertible 1x1 convolution (Kingma & Dhariwal, 2018) in the form W = P L (U + diag(exp(s))): P a
// fixed permutation that follows from the step's number, L unit lower, U strictly upper.
// y = W x per frame; log|det W| = sum(s).
#pragma once

#include <numeric>
#include <vector>

#include "flowtalk/base/rng.h"
#include "flowtalk/flow/flow_step.h"

namespace flowtalk::flow {

template <class Ops>
struct InvertibleMix {
  using T = ops::TensorOf<Ops>;
  InvertibleMix(params::Scope<Ops> p, int64_t channel_count, int64_t step_number)
      : lower(p.tensor("lower", {channel_count, channel_count}, params::zeros())),
        upper(p.tensor("upper", {channel_count, channel_count}, params::zeros())),
        log_scale(p.tensor("log_scale", {channel_count}, params::zeros())),
        channels(channel_count),
        step(step_number) {}

  FlowOutput<Ops> forward(Ops& ops, const T& x) const {
    return {ops.linear(x, matrix(ops)), constant_log_det(ops, ops.sum_last(log_scale))};
  }
  T inverse(Ops& ops, const T& y) const { return ops.linear(y, ops.inverse(matrix(ops))); }

  T matrix(Ops& ops) const {  // (C, C)
    const T l = ops.add(ops.mul(lower, triangle(ops, true)), diagonal(ops));
    const T u =
        ops.add(ops.mul(upper, triangle(ops, false)), ops.mul(diagonal(ops), ops.exp(log_scale)));
    return ops.matmul(permutation(ops), ops.matmul(l, u));
  }

  T lower, upper, log_scale;  // (C, C), (C, C), (C); only the strict triangles count
  int64_t channels, step;

 private:
  template <class F>
  T filled(Ops& ops, F&& value) const {
    std::vector<float> values(static_cast<size_t>(channels * channels));
    for (int64_t i = 0; i < channels; ++i) {
      for (int64_t j = 0; j < channels; ++j) {
        values[static_cast<size_t>(i * channels + j)] = value(i, j);
      }
    }
    return ops.constant({channels, channels}, values);
  }
  T triangle(Ops& ops, bool below) const {
    return filled(ops, [&](int64_t i, int64_t j) { return (below ? j < i : j > i) ? 1.0f : 0.0f; });
  }
  T diagonal(Ops& ops) const {
    return filled(ops, [](int64_t i, int64_t j) { return i == j ? 1.0f : 0.0f; });
  }
  T permutation(Ops& ops) const {
    std::vector<int64_t> order(static_cast<size_t>(channels));
    std::iota(order.begin(), order.end(), 0);
    Rng(0x70657266u).fork(static_cast<uint64_t>(step)).shuffle(order);
    return filled(ops, [&](int64_t i, int64_t j) {
      return order[static_cast<size_t>(i)] == j ? 1.0f : 0.0f;
    });
  }
};

}  // namespace flowtalk::flow
