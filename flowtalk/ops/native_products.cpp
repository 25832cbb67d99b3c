// linear, matmul, conv1d and inverse of NativeOps.
#include <Eigen/Core>
#include <Eigen/LU>
#include <algorithm>

#include "flowtalk/base/error.h"
#include "flowtalk/ops/native.h"
#include "flowtalk/tensor/gemm.h"

namespace flowtalk::ops {

using tensor::PackedMatrix;
using tensor::Product;
using tensor::to_string;

namespace {

const float* bias_data(const tensor::Tensor& bias, int64_t columns) {
  if (bias.data() == nullptr) return nullptr;
  FT_CHECK(bias.size() == columns, "bias {} for {} outputs", to_string(bias.shape()), columns);
  return bias.data();
}

// (B, T, C) with zero frames on both sides.
tensor::Tensor pad_time(const tensor::Tensor& x, int64_t left, int64_t right) {
  if (left == 0 && right == 0) return x;
  const int64_t frames = x.dim(1), channels = x.dim(2), total = left + frames + right;
  tensor::Tensor result({x.dim(0), total, channels});
  for (int64_t b = 0; b < x.dim(0); ++b) {
    float* to = result.data() + b * total * channels;
    to = std::fill_n(to, left * channels, 0.0f);
    to = std::copy_n(x.data() + b * frames * channels, frames * channels, to);
    std::fill_n(to, right * channels, 0.0f);
  }
  return result;
}

// Weight (N, C/groups, k) -> per group a matrix whose depth runs over taps, then channels.
PackedGroups pack_convolution(const tensor::Tensor& weight, int64_t groups) {
  const int64_t outputs = weight.dim(0) / groups, channels = weight.dim(1), taps = weight.dim(2);
  PackedGroups packed;
  std::vector<float> tap_major(static_cast<size_t>(outputs * channels * taps));
  for (int64_t g = 0; g < groups; ++g) {
    const float* from = weight.data() + g * outputs * channels * taps;
    for (int64_t n = 0; n < outputs; ++n) {
      for (int64_t c = 0; c < channels; ++c) {
        for (int64_t k = 0; k < taps; ++k) {
          tap_major[static_cast<size_t>((n * taps + k) * channels + c)] =
              from[(n * channels + c) * taps + k];
        }
      }
    }
    packed.push_back(
        PackedMatrix::of_weights(tap_major.data(), taps * channels, outputs, 1, taps * channels));
  }
  return packed;
}

}  // namespace

tensor::Tensor NativeOps::linear(const Tensor& x, const Tensor& weight, const Tensor& bias) {
  FT_CHECK(x.rank() >= 1 && weight.rank() == 2 && x.dim(-1) == weight.dim(1),
           "linear: input {} against weight {}", to_string(x.shape()), to_string(weight.shape()));
  const int64_t depth = weight.dim(1), columns = weight.dim(0);
  const auto packed = packed_->find(weight, 1, [&] {
    PackedGroups groups;
    groups.push_back(PackedMatrix::of_weights(weight.data(), depth, columns, 1, depth, pool_));
    return groups;
  });
  Shape shape = x.shape();
  shape.back() = columns;
  Tensor result(shape);
  const Product product{.a = x.data(),
                        .rows = depth == 0 ? 0 : x.size() / depth,
                        .row_stride = depth,
                        .depth = depth,
                        .b = packed->data(),
                        .bias = bias_data(bias, columns),
                        .out = result.data(),
                        .out_stride = columns};
  tensor::multiply({&product, 1}, *pool_);
  return result;
}

tensor::Tensor NativeOps::matmul(const Tensor& a, const Tensor& b) {
  FT_CHECK(a.rank() >= 2 && b.rank() >= 2 && a.dim(-1) == b.dim(-2), "matmul: {} against {}",
           to_string(a.shape()), to_string(b.shape()));
  const int64_t m = a.dim(-2), k = a.dim(-1), n = b.dim(-1);
  const Shape lead_a(a.shape().begin(), a.shape().end() - 2);
  const Shape lead_b(b.shape().begin(), b.shape().end() - 2);
  FT_CHECK(lead_a == lead_b || tensor::count(lead_b) == 1 || tensor::count(lead_a) == 1,
           "matmul: {} against {}", to_string(a.shape()), to_string(b.shape()));
  const int64_t count_a = tensor::count(lead_a), count_b = tensor::count(lead_b);
  const int64_t count = count_b == 1 ? count_a : count_b;
  Shape shape = count_a == count && lead_a.size() >= lead_b.size() ? lead_a : lead_b;
  shape.insert(shape.end(), {m, n});
  Tensor result(shape);
  RecycledVector<PackedMatrix> packed;
  packed.reserve(static_cast<size_t>(count_b));
  for (int64_t i = 0; i < count_b; ++i) packed.emplace_back(k, n);
  pool_->parallel_for(
      count_b, [&](int64_t i) { packed[static_cast<size_t>(i)].fill(b.data() + i * k * n, n, 1); });
  RecycledVector<Product> products(static_cast<size_t>(count));
  for (int64_t i = 0; i < count; ++i) {
    products[static_cast<size_t>(i)] = {.a = a.data() + (count_a == 1 ? 0 : i * m * k),
                                        .rows = m,
                                        .row_stride = k,
                                        .depth = k,
                                        .b = &packed[static_cast<size_t>(count_b == 1 ? 0 : i)],
                                        .out = result.data() + i * m * n,
                                        .out_stride = n};
  }
  tensor::multiply(products, *pool_);
  return result;
}

tensor::Tensor NativeOps::conv1d(const Tensor& x, const Tensor& weight, const Tensor& bias,
                                 const ConvOptions& o) {
  FT_CHECK(x.rank() == 3 && weight.rank() == 3 && x.dim(2) == weight.dim(1) * o.groups &&
               weight.dim(0) % o.groups == 0 && o.stride > 0 && o.dilation > 0 && o.left >= 0 &&
               o.right >= 0,
           "conv1d: input {} against weight {} in {} groups", to_string(x.shape()),
           to_string(weight.shape()), o.groups);
  const Tensor padded = pad_time(x, o.left, o.right);
  const int64_t batch = x.dim(0), frames = padded.dim(1), channels = x.dim(2);
  const int64_t outputs = weight.dim(0), taps = weight.dim(2), depth = weight.dim(1);
  const int64_t span = o.dilation * (taps - 1) + 1;
  FT_CHECK(frames >= span, "conv1d: {} frames with padding, the kernel spans {}", frames, span);
  const int64_t out_frames = (frames - span) / o.stride + 1;
  const auto packed =
      packed_->find(weight, o.groups, [&] { return pack_convolution(weight, o.groups); });
  Tensor result({batch, out_frames, outputs});
  const float* bias_values = bias_data(bias, outputs);
  const bool one_run = o.dilation == 1 && o.groups == 1;  // all taps of a row are contiguous
  RecycledVector<Product> products;
  products.reserve(static_cast<size_t>(batch * o.groups));
  for (int64_t b = 0; b < batch; ++b) {
    for (int64_t g = 0; g < o.groups; ++g) {
      const int64_t column = g * (outputs / o.groups);
      products.push_back({.a = padded.data() + b * frames * channels + g * depth,
                          .rows = out_frames,
                          .row_stride = o.stride * channels,
                          .taps = one_run ? 1 : taps,
                          .tap_stride = o.dilation * channels,
                          .depth = one_run ? taps * depth : depth,
                          .b = &(*packed)[static_cast<size_t>(g)],
                          .bias = bias_values == nullptr ? nullptr : bias_values + column,
                          .out = result.data() + b * out_frames * outputs + column,
                          .out_stride = outputs});
    }
  }
  tensor::multiply(products, *pool_);
  return result;
}

tensor::Tensor NativeOps::inverse(const Tensor& x) {
  FT_CHECK(x.rank() == 2 && x.dim(0) == x.dim(1), "inverse of {}", to_string(x.shape()));
  using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  const int64_t n = x.dim(0);
  const Eigen::MatrixXd inverted =
      Eigen::Map<const Matrix>(x.data(), n, n).cast<double>().partialPivLu().inverse();
  Tensor result(x.shape());
  Eigen::Map<Matrix>(result.data(), n, n) = inverted.cast<float>();
  return result;
}

}  // namespace flowtalk::ops
