// Attention of NativeOps: a block of query rows at a time, so that the scores of all pairs of
// frames never exist at once and heads are read in place.
#include <algorithm>

#include "flowtalk/base/error.h"
#include "flowtalk/ops/native.h"
#include "flowtalk/tensor/gemm.h"
#include "flowtalk/tensor/kernels.h"

namespace flowtalk::ops {

using tensor::PackedMatrix;
using tensor::Product;
using tensor::to_string;

tensor::Tensor NativeOps::attention(const Tensor& query, const Tensor& key, const Tensor& value,
                                    int64_t heads) {
  FT_CHECK(query.rank() == 3 && key.shape() == value.shape() && key.rank() == 3 &&
               query.dim(0) == key.dim(0) && query.dim(2) == key.dim(2) &&
               query.dim(2) % heads == 0,
           "attention: query {}, key {}, value {}, {} heads", to_string(query.shape()),
           to_string(key.shape()), to_string(value.shape()), heads);
  const int64_t frames = query.dim(1), seen = key.dim(1), channels = query.dim(2);
  const int64_t width = channels / heads, pairs = query.dim(0) * heads;
  // Made and dropped by this thread, so that its memory is taken again.
  RecycledVector<PackedMatrix> keys, values;
  keys.reserve(static_cast<size_t>(pairs));
  values.reserve(static_cast<size_t>(pairs));
  for (int64_t i = 0; i < pairs; ++i) {
    keys.emplace_back(width, seen);
    values.emplace_back(seen, width);
  }
  pool_->parallel_for(pairs, [&](int64_t i) {
    const int64_t at = i / heads * seen * channels + i % heads * width;
    keys[static_cast<size_t>(i)].fill(key.data() + at, 1, channels);
    values[static_cast<size_t>(i)].fill(value.data() + at, channels, 1);
  });
  constexpr int64_t kBlock = 64;  // query rows
  const int64_t blocks = (frames + kBlock - 1) / kBlock;
  Tensor result(query.shape());
  pool_->parallel_for(pairs * blocks, [&](int64_t item) {
    const int64_t i = item / blocks, first = item % blocks * kBlock;
    const int64_t rows = std::min(kBlock, frames - first);
    const int64_t at = (i / heads * frames + first) * channels + i % heads * width;
    Tensor scores({rows, seen});
    tensor::multiply(Product{.a = query.data() + at,
                             .rows = rows,
                             .row_stride = channels,
                             .depth = width,
                             .b = &keys[static_cast<size_t>(i)],
                             .out = scores.data(),
                             .out_stride = seen});
    for (int64_t r = 0; r < rows; ++r) {
      tensor::softmax_row(scores.data() + r * seen, scores.data() + r * seen, seen);
    }
    tensor::multiply(Product{.a = scores.data(),
                             .rows = rows,
                             .row_stride = seen,
                             .depth = seen,
                             .b = &values[static_cast<size_t>(i)],
                             .out = result.data() + at,
                             .out_stride = channels});
  });
  return result;
}

}  // namespace flowtalk::ops
