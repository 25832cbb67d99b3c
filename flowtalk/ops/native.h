// NativeOps: the op vocabulary for inference, over tensor::Tensor and a thread pool. Every result
// is the same for any number of threads, and a row of a product does not depend on the other rows.
// One NativeOps serves one thread at a time (it owns the loops of its pool).
#pragma once

#include <initializer_list>
#include <span>
#include <string>
#include <vector>

#include "flowtalk/base/thread_pool.h"
#include "flowtalk/ops/ops.h"
#include "flowtalk/ops/packed_weights.h"
#include "flowtalk/tensor/tensor.h"

namespace flowtalk::ops {

class NativeOps {
 public:
  using Tensor = tensor::Tensor;

  // `packed` may be shared by all NativeOps that serve the same model.
  explicit NativeOps(ThreadPool& pool,
                     std::shared_ptr<PackedWeights> packed = std::make_shared<PackedWeights>())
      : pool_(&pool), packed_(std::move(packed)) {}

  // See ops.h for shapes and meaning. Wrong shapes fail an FT_CHECK that names both sides.
  Tensor constant(const Shape& shape, std::span<const float> values) { return {shape, values}; }
  Tensor zeros(const Shape& shape) { return Tensor::zeros(shape); }
  Shape shape(const Tensor& x) const { return x.shape(); }
  std::vector<float> to_host(const Tensor& x) const {
    return {x.values().begin(), x.values().end()};
  }

  Tensor add(const Tensor& a, const Tensor& b);
  Tensor sub(const Tensor& a, const Tensor& b);
  Tensor mul(const Tensor& a, const Tensor& b);
  Tensor div(const Tensor& a, const Tensor& b);
  Tensor scale(const Tensor& x, float factor);
  Tensor offset(const Tensor& x, float amount);
  Tensor exp(const Tensor& x);
  Tensor log(const Tensor& x);
  Tensor tanh(const Tensor& x);
  Tensor sigmoid(const Tensor& x);
  Tensor softplus(const Tensor& x);
  Tensor gelu(const Tensor& x);
  Tensor leaky_relu(const Tensor& x, float slope);
  Tensor clamp(const Tensor& x, float lo, float hi);

  Tensor sum_last(const Tensor& x);
  Tensor softmax_last(const Tensor& x);
  Tensor layer_norm(const Tensor& x, const Tensor& gain, const Tensor& bias, float eps);
  Tensor time_norm(const Tensor& x, const Tensor& gain, const Tensor& bias, float eps);

  Tensor reshape(const Tensor& x, const Shape& shape) { return x.reshape(shape); }
  Tensor transpose(const Tensor& x, int64_t a, int64_t b);
  Tensor concat(std::span<const Tensor> list, int64_t axis);
  Tensor concat(std::initializer_list<Tensor> list, int64_t axis) {
    return concat(std::span(list.begin(), list.size()), axis);
  }
  Tensor slice(const Tensor& x, int64_t axis, int64_t begin, int64_t end);
  Tensor rows(const Tensor& x, std::span<const int64_t> rows);

  // The weight of linear and conv1d must not be written to after its first use.
  Tensor linear(const Tensor& x, const Tensor& weight) { return linear(x, weight, Tensor()); }
  Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias);
  Tensor matmul(const Tensor& a, const Tensor& b);
  Tensor conv1d(const Tensor& x, const Tensor& weight, const ConvOptions& options) {
    return conv1d(x, weight, Tensor(), options);
  }
  Tensor conv1d(const Tensor& x, const Tensor& weight, const Tensor& bias,
                const ConvOptions& options);
  Tensor inverse(const Tensor& x);
  // The weight must not be written to after its first use.
  Tensor gru(const Tensor& gates, const Tensor& weight, const Tensor& bias);
  // Beyond the vocabulary: softmax(q k^T) v per head, q (B, T, C), k and v (B, T', C) -> (B, T, C),
  // heads side by side in C. The same bytes as the form composed of the ops above.
  Tensor attention(const Tensor& query, const Tensor& key, const Tensor& value, int64_t heads);

  Tensor dropout(const Tensor& x, float) { return x; }
  Tensor detach(const Tensor& x) { return x; }

 private:
  ThreadPool* pool_;
  std::shared_ptr<PackedWeights> packed_;
};

static_assert(Backend<NativeOps>);

}  // namespace flowtalk::ops
