// Means over a batch of which every rank has some windows: each adds a summand, over its weight.
// With the denominators of all ranks the result is that of one process, however the windows are
// spread.
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

struct Summand {
  torch::Tensor sum;     // of any shape; gradients go through it
  torch::Tensor weight;  // one number, without gradient
};
using Summands = std::map<std::string, Summand>;

// Of values (B, T) or (B, T, C) where mask (B, T) is 1, or as much as it is.
Summand masked(const torch::Tensor& values, const torch::Tensor& mask);
// Of all values.
Summand plain(const torch::Tensor& values);

Metrics numbers_of(const Losses& means);

// What a stage learns from a piece of a batch.
struct Lesson {
  Summands parts;
  // What is minimised, from the piece's shares of the means (over all pieces they add up to these)
  // and from the means, without gradients, of the whole batch. portion: of the piece in constants.
  std::function<torch::Tensor(const Losses& shares, const Losses& means, double portion)> total;
};

// Sums and weights of several pieces of this rank, of all pieces of all ranks, as one tree: the
// same bits however the pieces are spread.
Summands summed(const std::vector<Summands>& pieces, Ranks& ranks);
Losses means_of(const Summands& whole);
Losses shares_of(const Summands& piece, const Summands& whole);
}  // namespace flowtalk::train
