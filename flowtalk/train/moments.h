// Mean and deviation of frames that need not lie in memory together.
#pragma once

#include <torch/types.h>

#include <cstdint>

namespace flowtalk::train {

class Moments {
 public:
  void add(const torch::Tensor& frames);  // (T, C)
  torch::Tensor mean() const;             // (C)
  torch::Tensor sd() const;               // (C), of a sample

 private:
  int64_t count_ = 0;
  torch::Tensor sum_, squares_;  // (C), double, on the host
};

}  // namespace flowtalk::train
