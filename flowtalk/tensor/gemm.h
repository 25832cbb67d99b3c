// Matrix products with a packed right side: what linear, matmul and conv1d are made of.
// M rows, K depth (taps x channels for a convolution), N columns.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "flowtalk/base/thread_pool.h"
#include "flowtalk/tensor/narrow_weights.h"
#include "flowtalk/tensor/onednn_weights.h"
#include "flowtalk/tensor/tensor.h"

namespace flowtalk::tensor {

// The right side (K, N), reordered into panels of columns for the processor at hand.
class PackedMatrix {
 public:
  PackedMatrix() = default;
  // Element (k, n) is source[k depth_stride + n column_stride]. The pool shares the work, if given.
  PackedMatrix(const float* source, int64_t depth, int64_t columns, int64_t depth_stride,
               int64_t column_stride, ThreadPool* pool = nullptr);
  // Uninitialised, for fill() on any thread.
  PackedMatrix(int64_t depth, int64_t columns);
  void fill(const float* source, int64_t depth_stride, int64_t column_stride);
  // The same for a right side that is used again and again. Weights that are halves or whole steps,
  // as shipped models have them, are kept so (narrow_weights.h). Other large ones lie in oneDNN's
  // layout where it has a kernel for it.
  static PackedMatrix of_weights(const float* source, int64_t depth, int64_t columns,
                                 int64_t depth_stride, int64_t column_stride,
                                 ThreadPool* pool = nullptr);
  const OnednnWeights* onednn() const { return onednn_.get(); }  // null: the panels below
  int64_t depth() const { return depth_; }
  int64_t columns() const { return columns_; }
  int64_t panels() const;
  int64_t panel_columns() const;  // of every panel but the last
  // (depth, panel_width(index)), of halves if has_halves(), of bytes if bytes(), else of floats.
  const void* panel(int64_t index) const;
  bool has_halves() const { return halves_ != nullptr; }
  const ByteWeights* bytes() const { return bytes_.get(); }
  int64_t panel_width(int64_t index) const;  // a multiple of the vector length, padded with zeros

 private:
  void fill_panel(int64_t index, const float* from, int64_t depth_stride, int64_t column_stride);
  void keep_halves(ThreadPool* pool);
  void keep_steps();

  int64_t depth_ = 0, columns_ = 0;
  Tensor data_;
  std::shared_ptr<const std::vector<Half>> halves_;
  std::shared_ptr<const ByteWeights> bytes_;
  std::shared_ptr<const OnednnWeights> onednn_;
};

// Below this many weights, calling oneDNN costs more than its kernels save on few rows.
inline constexpr int64_t kWorthLibrary = 1 << 18;

// The left side and the result. Row i of the left side is, for each tap, `depth` floats at
// a + i row_stride + tap tap_stride; taps x depth = K. A plain matrix has one tap.
struct Product {
  const float* a = nullptr;
  int64_t rows = 0, row_stride = 0, taps = 1, tap_stride = 0, depth = 0;
  const PackedMatrix* b = nullptr;
  const float* bias = nullptr;  // (N) or null
  float* out = nullptr;         // (rows, N), rows out_stride apart
  int64_t out_stride = 0;
};

// Computes all products, split over the pool. Every output is summed in the order of K by itself:
// the result does not depend on threads, on the other rows or on the split.
void multiply(std::span<const Product> products, ThreadPool& pool);
// One product on the calling thread; the same result.
void multiply(const Product& product);

// "avx512", "avx2" or "generic".
const char* instruction_set();

}  // namespace flowtalk::tensor
