// A layer of a transformer's decoder as PyTorch has it (Vaswani et al., 2017; norms behind), for
// one frame after another: each frame sees itself and those before it, and a few frames of a
// memory.
#pragma once

#include <cmath>
#include <cstdint>
#include <optional>
#include <vector>

#include "flowtalk/nn/attention.h"
#include "flowtalk/nn/layer_norm.h"

namespace flowtalk::nn {

struct DecoderSizes {
  int64_t width = 64, heads = 4, inner = 128;
};

template <class Ops>
struct DecoderLayer {
  using T = ops::TensorOf<Ops>;

  // Keys and values of the frames so far (B, t, C).
  struct Past {
    std::optional<T> keys{}, values{};
  };
  // Those of a memory (B, M, C).
  struct Memory {
    T keys, values;
  };

  DecoderLayer(params::Scope<Ops> p, const DecoderSizes& s)
      : itself(p / "itself", s.width, s.heads),
        itself_norm(p / "itself_norm", s.width),
        across(p / "across", s.width, s.heads),
        across_norm(p / "across_norm", s.width),
        inner(p / "inner", s.width, s.inner),
        outer(p / "outer", s.inner, s.width),
        output_norm(p / "output_norm", s.width) {}

  Memory remember(Ops& ops, const T& memory) const {
    return {across.key(ops, memory), across.value(ops, memory)};
  }

  // The next frame x (B, 1, C), which goes into the past; bias (heads, t) is added to its scores of
  // the frames up to it; it sees the memory's frames [begin, end).
  T operator()(Ops& ops, const T& x, Past& past, const std::vector<float>& bias,
               const Memory& memory, int64_t begin, int64_t end) const {
    append(ops, past.keys, itself.key(ops, x));
    append(ops, past.values, itself.value(ops, x));
    const T seen = attend(ops, itself, x, *past.keys, *past.values, &bias);
    const T mid = itself_norm(ops, ops.add(x, seen));
    const T heard = attend(ops, across, mid, ops.slice(memory.keys, 1, begin, end),
                           ops.slice(memory.values, 1, begin, end), nullptr);
    const T known = across_norm(ops, ops.add(mid, heard));
    const T moved = outer(ops, ops.leaky_relu(inner(ops, known), 0));
    return output_norm(ops, ops.add(known, moved));
  }

  Attention<Ops> itself;
  LayerNorm<Ops> itself_norm;
  Attention<Ops> across;
  LayerNorm<Ops> across_norm;
  Linear<Ops> inner, outer;
  LayerNorm<Ops> output_norm;

 private:
  static void append(Ops& ops, std::optional<T>& all, const T& next) {
    all = all ? ops.concat({*all, next}, 1) : next;
  }
  // One query (B, 1, C) over keys and values (B, n, C); bias (heads, n)
  static T attend(Ops& ops, const Attention<Ops>& a, const T& x, const T& keys, const T& values,
                  const std::vector<float>* bias) {
    const auto shape = ops.shape(keys);
    const int64_t each = shape[2] / a.heads;
    const auto split = [&](const T& y) {  // (B, heads, n, C / heads)
      const auto s = ops.shape(y);
      return ops.transpose(ops.reshape(y, {s[0], s[1], a.heads, each}), 1, 2);
    };
    const T q = split(ops.scale(a.query(ops, x), a.scale));
    T scores = ops.matmul(q, ops.transpose(split(keys), 2, 3));
    if (bias != nullptr) {
      scores = ops.add(scores, ops.constant({1, a.heads, 1, shape[1]}, *bias));
    }
    const T mixed = ops.matmul(ops.softmax_last(scores), split(values));
    return a.output(ops, ops.reshape(ops.transpose(mixed, 1, 2), {shape[0], 1, shape[2]}));
  }
};

}  // namespace flowtalk::nn
