#include "flowtalk/train/frames.h"

#include <cmath>

namespace flowtalk::train {
namespace {

template <class Number>
torch::Tensor filtered(const torch::Tensor& white, const Number& rho, const Number& spread) {
  std::vector<torch::Tensor> frames = {white.select(1, 0)};
  for (int64_t t = 1; t < white.size(1); ++t) {
    frames.push_back(frames.back() * rho + white.select(1, t) * spread);
  }
  return torch::stack(frames, 1);
}

}  // namespace

torch::Tensor masked_mean(const torch::Tensor& values, const torch::Tensor& mask) {
  if (values.dim() == 2) return (values * mask).sum() / mask.sum();
  return (values * mask.unsqueeze(-1)).sum() / (mask.sum() * static_cast<double>(values.size(-1)));
}

torch::Tensor ar1(const torch::Tensor& white, double rho) {
  return filtered(white, rho, std::sqrt(1 - rho * rho));
}

torch::Tensor ar1(const torch::Tensor& white, const torch::Tensor& rho) {
  return filtered(white, rho, torch::sqrt(1 - rho * rho));
}

torch::Tensor ar_noise(const torch::IntArrayRef& shape, double rho, torch::Generator generator) {
  return ar1(torch::randn(shape, generator), rho);
}

}  // namespace flowtalk::train
