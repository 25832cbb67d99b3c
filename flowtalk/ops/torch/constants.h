// Tensors of the same values again and again, such as masks and permutations: on a GPU each would
// be an upload that waits. Not for several threads.
#pragma once

#include <torch/types.h>

#include <map>
#include <span>
#include <utility>
#include <vector>

#include "flowtalk/tensor/tensor.h"

namespace flowtalk::ops {

class Constants {
 public:
  // To be read only: whoever asks for the same values is given the same tensor.
  torch::Tensor operator()(const tensor::Shape& shape, std::span<const float> values,
                           torch::Device device);

 private:
  static constexpr size_t kKept = 64;          // then all are forgotten
  static constexpr size_t kLargest = 1 << 14;  // values; what has more is made each time
  std::map<std::pair<tensor::Shape, std::vector<float>>, torch::Tensor> known_;
};

}  // namespace flowtalk::ops
