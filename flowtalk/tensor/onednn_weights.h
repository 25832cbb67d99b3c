// The right side of a product in oneDNN's layout, multiplied by oneDNN's kernels. Not a thread
// user: every call runs on the calling thread, tensor/gemm.cpp shares the blocks out.
#pragma once

#include <cstdint>
#include <memory>

#include "flowtalk/base/thread_pool.h"

namespace flowtalk::tensor {

class OnednnWeights {
 public:
  // True if the program was built with oneDNN and that has packed kernels for products of this
  // depth and number of columns on this processor.
  static bool usable(int64_t depth, int64_t columns);

  // Element (k, n) is source[k depth_stride + n column_stride]. The pool shares the work, if given.
  OnednnWeights(const float* source, int64_t depth, int64_t columns, int64_t depth_stride,
                int64_t column_stride, ThreadPool* pool);
  ~OnednnWeights();
  OnednnWeights(const OnednnWeights&) = delete;
  OnednnWeights& operator=(const OnednnWeights&) = delete;

  int64_t panel_columns() const;  // of every panel but the last
  // out (rows, panel) = a (rows, depth, without gaps) b + bias; rows of out are out_stride apart,
  // `out` and `bias` (or null) start at the panel's first column. A row's result does not depend on
  // the other rows.
  void multiply(int64_t panel, const float* a, int64_t rows, const float* bias, float* out,
                int64_t out_stride) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace flowtalk::tensor
