// Multi-head self-attention over frames (Vaswani et al., 2017): (B, T, C) -> (B, T, C).
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "flowtalk/base/recycled.h"
#include "flowtalk/nn/linear.h"
#include "flowtalk/nn/together.h"

namespace flowtalk::nn {

// Which frames attend to which: blocks of `block` frames on the grid of frame 0, each to itself and
// to the `left` frames before it; block 0: all to all.
struct Reach {
  int64_t block = 0, left = 0;

  // The first frame that the block which begins at `begin` attends to.
  int64_t first(int64_t begin) const { return std::max<int64_t>(0, begin - left); }
};

// Queries and keys that turn with their place in time, so that their products say how far apart
// they are (Su et al., 2021, RoFormer): of each head the first `dims` values, value i with value i
// + dims / 2, by `rate` 10000^(-2 i / dims) radians a frame. dims 0: none.
struct Rotary {
  int64_t dims = 0;
  float rate = 1;
};

struct AttentionOptions {
  float scale = 0;                // of the scores; 0: one over the root of a head's width
  Bias projections = Bias::kYes;  // of query, key and value
  Reach reach = {};
  Rotary rotary = {};
};

// The keys and values of the frames before a block that it attends to, (B, n, C), and how many
// frames there have been.
template <class Ops>
struct KeysAndValues {
  ops::TensorOf<Ops> keys, values;
  int64_t frames = 0;
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
        reach(o.reach),
        rotary(o.rotary),
        scale(o.scale > 0 ? o.scale : 1.0f / std::sqrt(static_cast<float>(channels / head_count))) {
  }

  // Of frames from `first` on.
  T operator()(Ops& ops, const T& x, int64_t first = 0) const {
    const T q = turned(ops, ops.scale(query(ops, x), scale), first);
    const T k = turned(ops, key(ops, x), first), v = value(ops, x);
    return output(ops, reach.block > 0 ? in_blocks(ops, q, k, v) : attend(ops, q, k, v));
  }

  KeysAndValues<Ops> begin(Ops& ops, int64_t batch) const {
    const T none = ops.zeros({batch, 0, ops.shape(query.weight)[0]});
    return {none, none, 0};
  }
  // Of the next block, whole, of each stream (B, block, C), however much each has heard; the same
  // bytes as of the whole.
  T step(Ops& ops, Together<KeysAndValues<Ops>> past, const T& x) const {
    const int64_t width = ops.shape(x)[2];
    const T all = ops.concat({ops.scale(query(ops, x), scale), key(ops, x), value(ops, x)}, 2);
    return output(
        ops,
        one_by_one(
            ops, past, all, [&](const KeysAndValues<Ops>& one) { return ops.shape(one.keys)[0]; },
            [&](KeysAndValues<Ops>& one, const T& rows) {
              const T q = turned(ops, ops.slice(rows, 2, 0, width), one.frames);
              const T come = turned(ops, ops.slice(rows, 2, width, 2 * width), one.frames);
              const T k = ops.concat({one.keys, come}, 1);
              const T v = ops.concat({one.values, ops.slice(rows, 2, 2 * width, 3 * width)}, 1);
              const int64_t seen = ops.shape(k)[1], kept = std::min(seen, reach.left);
              one = {ops.slice(k, 1, seen - kept, seen), ops.slice(v, 1, seen - kept, seen),
                     one.frames + ops.shape(rows)[1]};
              return attend(ops, q, k, v);
            }));
  }

  Linear<Ops> query, key, value, output;
  int64_t heads;
  Reach reach;
  Rotary rotary;
  float scale;

 private:
  // Queries or keys (B, T, C) of frames from `first` on, each by its place in time.
  T turned(Ops& ops, const T& x, int64_t first) const {
    if (rotary.dims == 0) return x;
    const auto s = ops.shape(x);
    const int64_t half = rotary.dims / 2, width = s[2] / heads;
    const Turns turns = turns_of(first, s[1], half);
    const T cosines = ops.constant({s[1], 1, half}, turns.cosines);
    const T sines = ops.constant({s[1], 1, half}, turns.sines);
    const T split = ops.reshape(x, {s[0], s[1], heads, width});
    const T a = ops.slice(split, 3, 0, half), b = ops.slice(split, 3, half, 2 * half);
    RecycledVector<T> parts = {ops.sub(ops.mul(a, cosines), ops.mul(b, sines)),
                               ops.add(ops.mul(b, cosines), ops.mul(a, sines))};
    if (width > rotary.dims) parts.push_back(ops.slice(split, 3, rotary.dims, width));
    return ops.reshape(ops.concat(parts, 3), s);
  }
  struct Turns {
    RecycledVector<float> cosines, sines;  // (T, 1, half), for every head the same
  };
  Turns turns_of(int64_t first, int64_t frames, int64_t half) const {
    Turns turns;
    for (int64_t t = first; t < first + frames; ++t) {
      for (int64_t i = 0; i < half; ++i) {
        const double slower = static_cast<double>(i) / static_cast<double>(half);
        const double angle =
            static_cast<double>(t) * static_cast<double>(rotary.rate) * std::pow(1e4, -slower);
        turns.cosines.push_back(static_cast<float>(std::cos(angle)));
        turns.sines.push_back(static_cast<float>(std::sin(angle)));
      }
    }
    return turns;
  }
  // A block at a time where a backend attends in one op; else all at once, masked.
  T in_blocks(Ops& ops, const T& q, const T& k, const T& v) const {
    const int64_t frames = ops.shape(q)[1];
    if constexpr (requires { ops.attention(q, k, v, heads); }) {
      RecycledVector<T> blocks;
      for (int64_t begin = 0; begin < frames; begin += reach.block) {
        const int64_t first = reach.first(begin), end = std::min(frames, begin + reach.block);
        blocks.push_back(attend(ops, ops.slice(q, 1, begin, end), ops.slice(k, 1, first, end),
                                ops.slice(v, 1, first, end)));
      }
      return ops.concat(blocks, 1);
    } else {
      return composed(ops, q, k, v, [&](const T& scores) {
        return ops.add(scores, ops.constant({frames, frames}, mask(frames)));
      });
    }
  }
  // (T T): 0, or where a frame (row) does not attend to another far below every score
  std::vector<float> mask(int64_t frames) const {
    std::vector<float> values(static_cast<size_t>(frames * frames), -1e9f);
    for (int64_t t = 0; t < frames; ++t) {
      const int64_t begin = t / reach.block * reach.block;
      const int64_t first = reach.first(begin), end = std::min(frames, begin + reach.block);
      std::fill(values.begin() + t * frames + first, values.begin() + t * frames + end, 0.0f);
    }
    return values;
  }
  // softmax(q k^T) v per head, (B, T, C); a backend may offer it as one op with the same result.
  T attend(Ops& ops, const T& q, const T& k, const T& v) const {
    if constexpr (requires { ops.attention(q, k, v, heads); }) {
      return ops.attention(q, k, v, heads);
    } else {
      return composed(ops, q, k, v, [](const T& scores) { return scores; });
    }
  }
  // The same of the ops of every backend; change(scores (B, heads, T, T)) before the softmax.
  template <class Change>
  T composed(Ops& ops, const T& q, const T& k, const T& v, const Change& change) const {
    const T scores = change(ops.matmul(split(ops, q), ops.transpose(split(ops, k), 2, 3)));
    const T mixed = ops.matmul(ops.softmax_last(scores), split(ops, v));
    return ops.reshape(ops.transpose(mixed, 1, 2), ops.shape(q));
  }
  // (B, T, C) -> (B, heads, T, C / heads)
  T split(Ops& ops, const T& x) const {
    const auto s = ops.shape(x);
    return ops.transpose(ops.reshape(x, {s[0], s[1], heads, s[2] / heads}), 1, 2);
  }
};

}  // namespace flowtalk::nn
