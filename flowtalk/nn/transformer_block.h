// One transformer layer, post-norm (HuBERT base) or pre-norm (HuBERT large): (B, T, C) -> (B, T,
// C).
#pragma once

#include "flowtalk/nn/attention.h"
#include "flowtalk/nn/layer_norm.h"

namespace flowtalk::nn {

struct TransformerOptions {
  int64_t channels = 768, heads = 12, inner = 3072;
  bool pre_norm = false;
  float dropout = 0.1f, eps = 1e-5f;
  Reach reach;  // of attention
  Rotary rotary;
};

template <class Ops>
struct TransformerBlock {
  using T = ops::TensorOf<Ops>;
  TransformerBlock(params::Scope<Ops> p, const TransformerOptions& o)
      : attention(p / "attention", o.channels, o.heads, {.reach = o.reach, .rotary = o.rotary}),
        attention_norm(p / "attention_norm", o.channels, o.eps),
        inner(p / "inner", o.channels, o.inner),
        outer(p / "outer", o.inner, o.channels),
        output_norm(p / "output_norm", o.channels, o.eps),
        options(o) {}

  // Of frames from `first` on.
  T operator()(Ops& ops, const T& x, int64_t first = 0) const {
    return around(ops, x, [&](const T& seen) { return attention(ops, seen, first); });
  }
  // The next block of streams, see Attention::step.
  T step(Ops& ops, Together<KeysAndValues<Ops>> past, const T& x) const {
    return around(ops, x, [&](const T& seen) { return attention.step(ops, past, seen); });
  }

  Attention<Ops> attention;
  LayerNorm<Ops> attention_norm;
  Linear<Ops> inner, outer;
  LayerNorm<Ops> output_norm;
  TransformerOptions options;

 private:
  template <class Attend>
  T around(Ops& ops, const T& x, const Attend& attend) const {
    if (options.pre_norm) {
      const T mid = ops.add(x, ops.dropout(attend(attention_norm(ops, x)), options.dropout));
      return ops.add(mid, feed_forward(ops, output_norm(ops, mid)));
    }
    const T mid = attention_norm(ops, ops.add(x, ops.dropout(attend(x), options.dropout)));
    return output_norm(ops, ops.add(mid, feed_forward(ops, mid)));
  }
  T feed_forward(Ops& ops, const T& x) const {
    return ops.dropout(outer(ops, ops.gelu(inner(ops, x))), options.dropout);
  }
};

}  // namespace flowtalk::nn
