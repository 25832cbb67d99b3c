// Streams that take a step together: what each has heard, and the rows that come, which lie one
// stream after another in the batch.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "flowtalk/base/recycled.h"
#include "flowtalk/params/scope.h"

namespace flowtalk::nn {

template <class Past>
using Together = std::span<Past* const>;

// Of each stream the part that `part` refers to, as Together wants it.
template <class Past, class Part>
auto parts_of(Together<Past> streams, const Part& part) {
  RecycledVector<decltype(&part(*streams.front()))> parts;
  parts.reserve(streams.size());
  for (Past* stream : streams) parts.push_back(&part(*stream));
  return parts;
}

// each(stream, its rows of x (B, ...)) -> rows; all of them, one after another. `rows(stream)`: how
// many it has.
template <class Ops, class Past, class Rows, class Each>
ops::TensorOf<Ops> one_by_one(Ops& ops, Together<Past> streams, const ops::TensorOf<Ops>& x,
                              const Rows& rows, const Each& each) {
  if (streams.size() == 1) return each(*streams.front(), x);
  RecycledVector<ops::TensorOf<Ops>> all;
  all.reserve(streams.size());
  int64_t row = 0;
  for (Past* stream : streams) {
    const int64_t count = rows(*stream);
    all.push_back(each(*stream, ops.slice(x, 0, row, row + count)));
    row += count;
  }
  FT_CHECK(row == ops.shape(x)[0], "{} rows for streams of {}", ops.shape(x)[0], row);
  return ops.concat(all, 0);
}

// What waits of each stream (b, n, C) and what comes (B, m, C) -> the first `frames` of both; the
// rest waits.
template <class Ops>
ops::TensorOf<Ops> next_frames(Ops& ops, Together<ops::TensorOf<Ops>> waiting,
                               const ops::TensorOf<Ops>& come, int64_t frames) {
  using T = ops::TensorOf<Ops>;
  return one_by_one(
      ops, waiting, come, [&](const T& past) { return ops.shape(past)[0]; },
      [&](T& past, const T& x) {
        const T all = ops.concat({past, x}, 1);
        past = ops.slice(all, 1, frames, ops.shape(all)[1]);
        return ops.slice(all, 1, 0, frames);
      });
}

}  // namespace flowtalk::nn
