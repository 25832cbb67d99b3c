// What several stages do with frames of a batch: means over the real ones, noise along time.
#pragma once

#include <torch/torch.h>

#include <vector>

namespace flowtalk::train {

// Mean of values (B, T) or (B, T, C) where mask (B, T) is 1.
torch::Tensor masked_mean(const torch::Tensor& values, const torch::Tensor& mask);

// AR(1) along time of white noise (B, T, C) with unit variance, which stays: the first frame as it
// is, then rho times the one before plus sqrt(1 - rho^2) times the white. rho: a number, or (C).
torch::Tensor ar1(const torch::Tensor& white, double rho);
torch::Tensor ar1(const torch::Tensor& white, const torch::Tensor& rho);

// AR(1) noise (B, T, C) with unit marginals, from a seed.
torch::Tensor ar_noise(const torch::IntArrayRef& shape, double rho, torch::Generator generator);

}  // namespace flowtalk::train
