#include "flowtalk/train/moments.h"

#include <algorithm>

#include "flowtalk/base/error.h"

namespace flowtalk::train {

void Moments::add(const torch::Tensor& frames) {
  const torch::Tensor values = frames.detach().to(torch::kCPU, torch::kFloat64);
  const torch::Tensor sum = values.sum(0), squares = values.pow(2).sum(0);
  sum_ = sum_.defined() ? sum_ + sum : sum;
  squares_ = squares_.defined() ? squares_ + squares : squares;
  count_ += values.size(0);
}

torch::Tensor Moments::mean() const {
  FT_CHECK(count_ > 0, "no frames");
  return (sum_ / count_).to(torch::kFloat32);
}

torch::Tensor Moments::sd() const {
  FT_CHECK(count_ > 0, "no frames");
  const auto others = static_cast<double>(std::max<int64_t>(count_ - 1, 1));
  const torch::Tensor variance = (squares_ - sum_ * sum_ / count_) / others;
  return torch::sqrt(variance.clamp_min(0)).to(torch::kFloat32);
}

}  // namespace flowtalk::train
