// The transformers of the published sequence models (ProbTalk3D, CodeTalker): pre-norm blocks whose
// scores are scaled by the full width, and what stands before them.
#pragma once

#include <cmath>
#include <cstdint>
#include <numbers>
#include <vector>

#include "flowtalk/base/error.h"
#include "flowtalk/nn/attention.h"
#include "flowtalk/nn/layer_norm.h"
#include "flowtalk/nn/position.h"
#include "flowtalk/nn/squash.h"

namespace flowtalk::nn {

// 0.5 x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))), by (1 + tanh(u)) / 2 = sigmoid(2 u).
template <class Ops>
ops::TensorOf<Ops> gelu_tanh(Ops& ops, const ops::TensorOf<Ops>& x) {
  constexpr float kFactor = 2 * std::numbers::sqrt2_v<float> * std::numbers::inv_sqrtpi_v<float>;
  const auto inner = ops.offset(ops.scale(ops.mul(x, x), 0.044715f * kFactor), kFactor);
  return ops.mul(x, ops.sigmoid(ops.mul(x, inner)));
}

struct SequenceSizes {
  int64_t width = 256, blocks = 6, heads = 8, inner = 384;
  bool still = false;  // every frame has the position of the first, as in CodeTalker
};

// x + attention(norm(x)), then x + mlp(norm(x)): (B, T, C) -> (B, T, C)
template <class Ops>
struct SequenceBlock {
  using T = ops::TensorOf<Ops>;
  SequenceBlock(params::Scope<Ops> p, const SequenceSizes& s)
      : attention(p / "attention", s.width, s.heads,
                  {1.0f / std::sqrt(static_cast<float>(s.width)), Bias::kNo}),
        attention_norm(p / "attention_norm", s.width),
        inner(p / "inner", s.width, s.inner),
        outer(p / "outer", s.inner, s.width),
        output_norm(p / "output_norm", s.width) {}

  T operator()(Ops& ops, const T& x) const {
    const T mid = ops.add(x, attention(ops, attention_norm(ops, x)));
    return ops.add(mid, outer(ops, gelu_tanh(ops, inner(ops, output_norm(ops, mid)))));
  }

  Attention<Ops> attention;
  LayerNorm<Ops> attention_norm;
  Linear<Ops> inner, outer;
  LayerNorm<Ops> output_norm;
};

// Error: heads do not divide the width, or it is odd.
inline const SequenceSizes& checked(const SequenceSizes& s) {
  if (s.width % 2 != 0) fail("sequence network: expected an even width, got {}", s.width);
  if (s.heads < 1 || s.width % s.heads != 0) {
    fail("sequence network: expected heads that divide the width {}, got {}", s.width, s.heads);
  }
  return s;
}

// Squash, a linear map, positions and the blocks, without a norm at the end:
// (B, T, C) -> (B, T, C). Every frame depends on the whole clip.
template <class Ops>
struct SequenceNetwork {
  using T = ops::TensorOf<Ops>;
  SequenceNetwork(params::Scope<Ops> p, const SequenceSizes& s)
      : squash(p / "squash", checked(s).width),
        embedding(p / "embedding", s.width, s.width),
        still(s.still) {
    for (int64_t i = 0; i < s.blocks; ++i) blocks.emplace_back(p / "block" / i, s);
  }

  T operator()(Ops& ops, const T& x) const {
    const T embedded = embedding(ops, squash(ops, x));
    T y = still ? at_first_position(ops, embedded) : with_positions(ops, embedded);
    for (const auto& block : blocks) y = block(ops, y);
    return y;
  }

  Squash<Ops> squash;
  Linear<Ops> embedding;
  std::vector<SequenceBlock<Ops>> blocks;
  bool still;
};

}  // namespace flowtalk::nn
