#include "flowtalk/train/gradients.h"

#include <torch/torch.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "flowtalk/base/error.h"

namespace flowtalk::train {

Gradients::Gradients(const std::vector<torch::Tensor>& weights) : weights_(weights) {
  FT_CHECK(!weights.empty(), "nothing to train");
  bind(fresh());
}

torch::Tensor Gradients::fresh() {
  if (!spare_.empty()) {
    const torch::Tensor row = spare_.back();
    spare_.pop_back();
    return row.zero_();
  }
  int64_t size = 0;
  for (const torch::Tensor& weight : weights_) size += weight.numel();
  return torch::zeros({size}, weights_.front().options().requires_grad(false));
}

void Gradients::bind(torch::Tensor row) {
  row_ = std::move(row);
  int64_t at = 0;
  for (torch::Tensor& weight : weights_) {
    weight.mutable_grad() = row_.narrow(0, at, weight.numel()).view(weight.sizes());
    at += weight.numel();
  }
}

void Gradients::clear() {
  row_.zero_();
  if (step_.defined()) spare_.push_back(std::exchange(step_, torch::Tensor()));
}

void Gradients::end_piece() {
  const torch::NoGradGuard no_grad;
  torch::Tensor carried = row_;
  size_t level = 0;
  for (; level < tree_.size() && tree_[level].defined(); ++level) {
    torch::Tensor before = std::exchange(tree_[level], torch::Tensor());
    before.add_(carried);
    spare_.push_back(std::exchange(carried, before));
  }
  if (level == tree_.size()) tree_.emplace_back();
  tree_[level] = carried;
  bind(fresh());
}

void Gradients::end_batch(Ranks& ranks) {
  const torch::NoGradGuard no_grad;
  torch::Tensor sum;
  for (torch::Tensor& some : tree_) {
    if (!some.defined()) continue;
    if (sum.defined()) {
      some.add_(sum);
      spare_.push_back(sum);
    }
    sum = std::exchange(some, torch::Tensor());
  }
  ranks.sum(sum);
  if (step_.defined()) {
    step_.add_(sum);
    spare_.push_back(sum);
  } else {
    step_ = sum;
  }
}

double Gradients::finish(float most) {
  const torch::NoGradGuard no_grad;
  spare_.push_back(row_);
  bind(std::exchange(step_, torch::Tensor()));
  const double norm = row_.norm().item<double>();
  if (std::isfinite(norm)) row_.mul_(std::min(1.0, most / (norm + 1e-6)));
  return norm;
}

}  // namespace flowtalk::train
