// Means over a batch of which every rank has some windows: what these sum, over how much. With the
// denominators of all ranks the result is that of one process, however the windows are spread.
#pragma once

#include <torch/types.h>

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "flowtalk/train/ranks.h"

namespace flowtalk::train {

// Named scalars: "total" is what is minimised, the rest is recorded.
using Losses = std::map<std::string, torch::Tensor>;
using Metrics = std::map<std::string, double>;

struct Part {
  torch::Tensor sum;     // of any shape; gradients go through it
  torch::Tensor weight;  // one number, without gradient
};
using Parts = std::map<std::string, Part>;

// Of values (B, T) or (B, T, C) where mask (B, T) is 1, or as much as it is.
Part masked(const torch::Tensor& values, const torch::Tensor& mask);
// Of all values.
Part plain(const torch::Tensor& values);

Metrics numbers_of(const Losses& means);

// What a stage learns from a piece of a batch.
struct Lesson {
  Parts parts;
  // What is minimised, from the piece's shares of the means (over all pieces they add up to these)
  // and from the means, without gradients, of the whole batch. portion: of the piece in constants.
  std::function<torch::Tensor(const Losses& shares, const Losses& means, double portion)> total;
};

// Sums and weights of several pieces of this rank, of all pieces of all ranks, as one tree: the
// same bits however the pieces are spread.
Parts summed(const std::vector<Parts>& pieces, Ranks& ranks);
Losses means_of(const Parts& whole);
Losses shares_of(const Parts& piece, const Parts& whole);
}  // namespace flowtalk::train
