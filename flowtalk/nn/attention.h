// Multi-head self-attention over frames (Vaswani et al., 2017): (B, T, C) -> (B, T, C).
#pragma once

#include <cmath>

#include "flowtalk/nn/linear.h"

namespace flowtalk::nn {

template <class Ops>
struct Attention {
  using T = ops::TensorOf<Ops>;
  Attention(params::Scope<Ops> p, int64_t channels, int64_t head_count)
      : query(p / "query", channels, channels),
        key(p / "key", channels, channels),
        value(p / "value", channels, channels),
        output(p / "output", channels, channels),
        heads(head_count) {}

  T operator()(Ops& ops, const T& x) const {
    const auto shape = ops.shape(x);  // (B, T, C)
    const int64_t width = shape[2] / heads;
    const T q = split(ops, ops.scale(query(ops, x), 1.0f / std::sqrt(static_cast<float>(width))));
    const T k = split(ops, key(ops, x));
    const T v = split(ops, value(ops, x));  // (B, heads, T, width)
    const T scores = ops.matmul(q, ops.transpose(k, 2, 3));
    const T mixed = ops.matmul(ops.softmax_last(scores), v);
    return output(ops, ops.reshape(ops.transpose(mixed, 1, 2), shape));
  }

  Linear<Ops> query, key, value, output;
  int64_t heads;

 private:
  T split(Ops& ops, const T& x) const {
    const auto s = ops.shape(x);
    return ops.transpose(ops.reshape(x, {s[0], s[1], heads, s[2] / heads}), 1, 2);
  }
};

}  // namespace flowtalk::nn
