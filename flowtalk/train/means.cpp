#include "flowtalk/train/means.h"

#include <vector>

namespace flowtalk::train {

Summand masked(const torch::Tensor& values, const torch::Tensor& mask) {
  const torch::Tensor weight = mask.detach().sum();
  if (values.dim() == 2) return {(values * mask).sum(), weight};
  return {(values * mask.unsqueeze(-1)).sum(), weight * static_cast<double>(values.size(-1))};
}

Summand plain(const torch::Tensor& values) {
  return {values.sum(), torch::full({}, static_cast<double>(values.numel()), values.options())};
}

Metrics numbers_of(const Losses& means) {
  Metrics numbers;
  for (const auto& [name, mean] : means) numbers[name] = mean.item<double>();
  return numbers;
}

Summands summed(const std::vector<Summands>& pieces, Ranks& ranks) {
  const torch::NoGradGuard no_grad;
  std::vector<torch::Tensor> rows;
  for (const Summands& parts : pieces) {
    std::vector<torch::Tensor> row;
    for (const auto& [name, part] : parts) {
      row.push_back(part.sum.detach().flatten());
      row.push_back(part.weight.reshape({1}).to(torch::kFloat32));
    }
    if (row.empty()) return {};
    rows.push_back(torch::cat(row));
  }
  while (rows.size() > 1) {  // neighbours first
    std::vector<torch::Tensor> pairs;
    for (size_t i = 0; i + 1 < rows.size(); i += 2) pairs.push_back(rows[i] + rows[i + 1]);
    if (rows.size() % 2 == 1) pairs.push_back(rows.back());
    rows = pairs;
  }
  ranks.sum(rows[0]);
  Summands whole;
  int64_t at = 0;
  for (const auto& [name, part] : pieces[0]) {
    const int64_t size = part.sum.numel();
    whole[name] = {rows[0].narrow(0, at, size).reshape(part.sum.sizes()), rows[0][at + size]};
    at += size + 1;
  }
  return whole;
}

Losses means_of(const Summands& whole) {
  Losses means;
  for (const auto& [name, part] : whole) means[name] = part.sum / part.weight;
  return means;
}

Losses shares_of(const Summands& piece, const Summands& whole) {
  Losses shares;
  for (const auto& [name, part] : piece) shares[name] = part.sum / whole.at(name).weight;
  return shares;
}

}  // namespace flowtalk::train
