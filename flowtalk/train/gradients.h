// The gradients of a model's weights as one row of numbers. Those of the pieces of a batch are
// added up as a tree, neighbours first: pieces on several ranks give the same bits as on one.
#pragma once

#include <torch/types.h>

#include <vector>

#include "flowtalk/train/ranks.h"

namespace flowtalk::train {

class Gradients {
 public:
  // Every weight's gradient lies in a row from now on, and is 0 where nothing reaches it.
  explicit Gradients(const std::vector<torch::Tensor>& weights);

  // Before each step.
  void clear();
  // One piece has been gone back through; its gradients stand aside, for the next one.
  void end_piece();
  // All pieces of this rank, and with them those of the others, count for the step.
  void end_batch(Ranks& ranks);
  // Where the optimizer finds them: of all batches of the step, scaled down to a norm of at most
  // `most`. The norm before; if it is no number, they are left as they are.
  double finish(float most);

 private:
  void bind(torch::Tensor row);
  torch::Tensor fresh();

  std::vector<torch::Tensor> weights_;
  torch::Tensor row_;                 // where gradients go now
  torch::Tensor step_;                // of the batches before
  std::vector<torch::Tensor> tree_;   // at n: of 2^n pieces; undefined: none
  std::vector<torch::Tensor> spare_;  // rows that nobody uses
};

}  // namespace flowtalk::train
