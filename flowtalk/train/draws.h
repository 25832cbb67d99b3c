// What the windows of a step draw beside themselves. Every window has an address of its own (seed,
// step, place in the batch, name), so that a resumed run, and any number of ranks, draw the same.
#pragma once

#include <torch/types.h>

#include <cstdint>
#include <string_view>
#include <vector>

#include "flowtalk/base/rng.h"
#include "flowtalk/train/ranks.h"

namespace flowtalk::train {

class Draws {
 public:
  Draws(int64_t seed, int64_t step, const Share& share);

  // Standard normal, or uniform in [0, 1), of a shape for each window: (B, shape).
  torch::Tensor normal(std::string_view name, const std::vector<int64_t>& shape) const;
  torch::Tensor uniform(std::string_view name, const std::vector<int64_t>& shape) const;
  // At these places instead of the share's.
  torch::Tensor normal_of(std::string_view name, const std::vector<int64_t>& items,
                          const std::vector<int64_t>& shape) const;
  // One stream per window.
  std::vector<Rng> streams(std::string_view name) const;
  const Share& share() const { return share_; }

 private:
  std::vector<int64_t> items() const;
  std::vector<Rng> streams_of(std::string_view name, const std::vector<int64_t>& items) const;

  Rng step_;
  Share share_;
};

}  // namespace flowtalk::train
