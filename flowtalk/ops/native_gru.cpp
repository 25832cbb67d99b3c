// The recurrence of a GRU on NativeOps: frame after frame a product with the states so far, and one
// pass over the units. Clips are independent, so the threads share them out and meet only at the
// end.
#include <algorithm>

#include "flowtalk/base/error.h"
#include "flowtalk/ops/native.h"
#include "flowtalk/tensor/gemm.h"
#include "flowtalk/tensor/kernels.h"

namespace flowtalk::ops {

using tensor::PackedMatrix;
using tensor::Product;
using tensor::to_string;

namespace {

// All frames of the clips [begin, end).
void run_clips(const tensor::Tensor& gates, const PackedMatrix& weight, const float* bias,
               tensor::Tensor& y, int64_t begin, int64_t end) {
  const int64_t clips = end - begin, frames = y.dim(1), units = y.dim(2);
  tensor::Tensor recurrent({clips, 3 * units});
  const tensor::Tensor start = tensor::Tensor::zeros({units});
  float* states = y.data() + begin * frames * units;
  const float* said = gates.data() + begin * frames * 3 * units;
  for (int64_t t = 0; t < frames; ++t) {
    if (t == 0) {
      for (int64_t b = 0; b < clips; ++b) {
        std::copy_n(bias, 3 * units, recurrent.data() + b * 3 * units);
      }
    } else {
      tensor::multiply(Product{.a = states + (t - 1) * units,
                               .rows = clips,
                               .row_stride = frames * units,
                               .depth = units,
                               .b = &weight,
                               .bias = bias,
                               .out = recurrent.data(),
                               .out_stride = 3 * units});
    }
    for (int64_t b = 0; b < clips; ++b) {
      float* now = states + (b * frames + t) * units;
      tensor::gru_row(said + (b * frames + t) * 3 * units, recurrent.data() + b * 3 * units,
                      t == 0 ? start.data() : now - units, now, units);
    }
  }
}

}  // namespace

tensor::Tensor NativeOps::gru(const Tensor& gates, const Tensor& weight, const Tensor& bias) {
  FT_CHECK(gates.rank() == 3 && weight.rank() == 2 && weight.dim(0) == 3 * weight.dim(1) &&
               gates.dim(2) == weight.dim(0) && bias.size() == weight.dim(0),
           "gru: gates {}, weight {}, bias {}", to_string(gates.shape()), to_string(weight.shape()),
           to_string(bias.shape()));
  const int64_t clips = gates.dim(0), units = weight.dim(1);
  const auto packed = packed_->find(weight, 1, [&] {
    PackedGroups groups;
    groups.push_back(PackedMatrix::of_weights(weight.data(), units, 3 * units, 1, units, pool_));
    return groups;
  });
  Tensor y({clips, gates.dim(1), units});
  const int64_t shares = std::min<int64_t>(clips, pool_->threads());
  pool_->parallel_for(shares, [&](int64_t i) {
    run_clips(gates, packed->front(), bias.data(), y, clips * i / shares, clips * (i + 1) / shares);
  });
  return y;
}

}  // namespace flowtalk::ops
