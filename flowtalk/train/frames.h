// What several stages do with frames of a batch: noise along time.
#pragma once

#include <torch/torch.h>

#include <vector>

namespace flowtalk::train {

// AR(1) along time of white noise (B, T, C) with unit variance, which stays: the first frame as it
// is, then rho times the one before plus sqrt(1 - rho^2) times the white. rho: a number, or (C).
// Without gradient.
torch::Tensor ar1(const torch::Tensor& white, double rho);
torch::Tensor ar1(const torch::Tensor& white, const torch::Tensor& rho);

}  // namespace flowtalk::train
