// Multi-head self-attention over frames (Vaswani et al., 2017): (B, T, C) -> (B, T, C).
#pragma once

#include <cmath>

#include "flowtalk/nn/linear.h"

namespace flowtalk::nn {

struct AttentionOptions {
  float scale = 0;                // of the scores; 0: one over the root of a head's width
  Bias projections = Bias::kYes;  // of query, key and value
};

template <class Ops>
struct Attention {
  using T = ops::TensorOf<Ops>;
  Attention(params::Scope<Ops> p, int64_t channels, int64_t head_count,
            const AttentionOptions& o = {})
      : query(p / "query", channels, channels, o.projections),
        key(p / "key", channels, channels, o.projections),
        value(p / "value", channels, channels, o.projections),
        output(p / "output", channels, channels),
        heads(head_count),
        scale(o.scale > 0 ? o.scale : 1.0f / std::sqrt(static_cast<float>(channels / head_count))) {
  }

  T operator()(Ops& ops, const T& x) const {
    const T q = ops.scale(query(ops, x), scale);
    return output(ops, attend(ops, q, key(ops, x), value(ops, x)));
  }

  Linear<Ops> query, key, value, output;
  int64_t heads;
  float scale;

 private:
  // softmax(q k^T) v per head, (B, T, C); a backend may offer it as one op with the same result.
  T attend(Ops& ops, const T& q, const T& k, const T& v) const {
    if constexpr (requires { ops.attention(q, k, v, heads); }) {
      return ops.attention(q, k, v, heads);
    } else {
      const T scores = ops.matmul(split(ops, q), ops.transpose(split(ops, k), 2, 3));
      const T mixed = ops.matmul(ops.softmax_last(scores), split(ops, v));
      return ops.reshape(ops.transpose(mixed, 1, 2), ops.shape(q));
    }
  }
  // (B, T, C) -> (B, heads, T, C / heads)
  T split(Ops& ops, const T& x) const {
    const auto s = ops.shape(x);
    return ops.transpose(ops.reshape(x, {s[0], s[1], heads, s[2] / heads}), 1, 2);
  }
};

}  // namespace flowtalk::nn
