#include "flowtalk/ops/torch/constants.h"

#include <algorithm>

namespace flowtalk::ops {

namespace {

torch::Tensor made(const tensor::Shape& shape, std::span<const float> values,
                   torch::Device device) {
  const torch::Tensor host = torch::empty(shape, torch::kFloat32);
  TORCH_CHECK(host.numel() == static_cast<int64_t>(values.size()), "constant: ", values.size(),
              " values for shape ", host.sizes());
  std::ranges::copy(values, host.data_ptr<float>());
  return host.to(device);
}

}  // namespace

torch::Tensor Constants::operator()(const tensor::Shape& shape, std::span<const float> values,
                                    torch::Device device) {
  if (values.size() > kLargest) return made(shape, values, device);
  std::pair key{shape, std::vector<float>(values.begin(), values.end())};
  const auto found = known_.find(key);
  if (found != known_.end()) return found->second;
  if (known_.size() >= kKept) known_.clear();
  return known_.emplace(std::move(key), made(shape, values, device)).first->second;
}

}  // namespace flowtalk::ops
