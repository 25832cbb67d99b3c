// Positions as sinusoids (Vaswani et al., 2017), added to the frames of a clip.
#pragma once

#include <cmath>
#include <vector>

#include "flowtalk/base/error.h"
#include "flowtalk/ops/ops.h"

namespace flowtalk::nn {

// (frames, width), width even: sin and cos of t 10000^(-2i / width) at columns 2i and 2i + 1. In
// single precision, as the tables in published files were made.
inline std::vector<float> sinusoids(int64_t frames, int64_t width) {
  FT_CHECK(width % 2 == 0, "sinusoids of width {}", width);
  std::vector<float> table;
  table.reserve(static_cast<size_t>(frames * width));
  const float step = -std::log(10000.0f) / static_cast<float>(width);
  for (int64_t t = 0; t < frames; ++t) {
    for (int64_t i = 0; i < width; i += 2) {
      const float angle = static_cast<float>(t) * std::exp(static_cast<float>(i) * step);
      table.push_back(std::sin(angle));
      table.push_back(std::cos(angle));
    }
  }
  return table;
}

// x (B, T, C) -> x + sinusoids of its frames, with dropout in training.
template <class Ops>
ops::TensorOf<Ops> with_positions(Ops& ops, const ops::TensorOf<Ops>& x) {
  const auto shape = ops.shape(x);
  const auto table = ops.constant({1, shape[1], shape[2]}, sinusoids(shape[1], shape[2]));
  return ops.dropout(ops.add(x, table), 0.1f);
}

// The same with the sinusoids of the first frame for all.
template <class Ops>
ops::TensorOf<Ops> at_first_position(Ops& ops, const ops::TensorOf<Ops>& x) {
  const int64_t width = ops.shape(x)[2];
  return ops.dropout(ops.add(x, ops.constant({1, 1, width}, sinusoids(1, width))), 0.1f);
}

}  // namespace flowtalk::nn
