#include "flowtalk/train/frames.h"

#include <algorithm>

namespace flowtalk::train {
namespace {

constexpr int64_t kBlock = 128;  // frames in one product

}  // namespace

// Block by block as one product per channel with what each frame keeps of those before it in its
// block, rho^(t-s), and what it keeps of the last one before the block.
torch::Tensor ar1(const torch::Tensor& white, const torch::Tensor& rho) {
  const torch::NoGradGuard no_grad;
  const torch::Tensor coefficient = rho.to(white.options()).reshape({-1, 1, 1});
  const torch::Tensor spread = torch::sqrt(1 - coefficient * coefficient);
  const torch::Tensor channels = white.permute({2, 1, 0});  // (C, T, B)
  std::vector<torch::Tensor> blocks;
  for (int64_t begin = 0; begin < white.size(1); begin += kBlock) {
    const int64_t frames = std::min(kBlock, white.size(1) - begin);
    const torch::Tensor time = torch::arange(frames, white.options());
    const torch::Tensor age = time.unsqueeze(1) - time.unsqueeze(0);
    torch::Tensor kept =
        torch::pow(coefficient, age.clamp_min(0)) * (age >= 0).to(white.dtype()) * spread;
    if (blocks.empty()) kept.select(2, 0).div_(spread.select(2, 0));
    torch::Tensor made = torch::matmul(kept, channels.narrow(1, begin, frames));
    if (!blocks.empty()) {
      const torch::Tensor before = blocks.back().narrow(1, blocks.back().size(1) - 1, 1);
      made += torch::pow(coefficient, (time + 1).reshape({1, -1, 1})) * before;
    }
    blocks.push_back(made);
  }
  return torch::cat(blocks, 1).permute({2, 1, 0}).contiguous();
}

torch::Tensor ar1(const torch::Tensor& white, double rho) {
  return ar1(white, torch::full({1}, rho, white.options()));
}

}  // namespace flowtalk::train
