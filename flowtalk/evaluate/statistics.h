// Small statistics with their usual definitions (docs/math/metrics.md).
#pragma once

#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace flowtalk::evaluate {

// (asked, judged) labels, 0 or more.
using Labels = std::span<const std::pair<int, int>>;

// Share of pairs that agree; none without pairs.
std::optional<double> accuracy(Labels labels);
// Unweighted mean over the classes that occur on either side of 2 TP / (2 TP + FP + FN).
std::optional<double> macro_f1(Labels labels);

// Ranks from 1; equal values share the mean of their ranks.
std::vector<double> ranks(std::span<const double> values);
// Pearson's correlation; none where one side does not vary.
std::optional<double> correlation(std::span<const double> a, std::span<const double> b);
// Spearman's, Pearson's of the ranks; none where one side does not vary.
std::optional<double> spearman(std::span<const double> a, std::span<const double> b);

}  // namespace flowtalk::evaluate
