#include "flowtalk/evaluate/statistics.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "flowtalk/base/error.h"

namespace flowtalk::evaluate {

std::optional<double> accuracy(Labels labels) {
  if (labels.empty()) return std::nullopt;
  const auto right = std::count_if(labels.begin(), labels.end(),
                                   [](const auto& pair) { return pair.first == pair.second; });
  return static_cast<double>(right) / static_cast<double>(labels.size());
}

std::optional<double> macro_f1(Labels labels) {
  struct Counts {
    double hits = 0, sides = 0;  // 2 TP + FP + FN is how often the class stands on either side
  };
  std::map<int, Counts> classes;
  for (const auto& [asked, judged] : labels) {
    classes[asked].sides += 1;
    classes[judged].sides += 1;
    if (asked == judged) classes[asked].hits += 1;
  }
  if (classes.empty()) return std::nullopt;
  double sum = 0;
  for (const auto& [label, counts] : classes) sum += 2 * counts.hits / counts.sides;
  return sum / static_cast<double>(classes.size());
}

std::vector<double> ranks(std::span<const double> values) {
  std::vector<size_t> order(values.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) { return values[a] < values[b]; });
  std::vector<double> result(values.size());
  for (size_t begin = 0; begin < order.size();) {
    size_t end = begin + 1;
    while (end < order.size() && values[order[end]] == values[order[begin]]) ++end;
    const double shared = static_cast<double>(begin + 1 + end) / 2;
    for (size_t i = begin; i < end; ++i) result[order[i]] = shared;
    begin = end;
  }
  return result;
}

std::optional<double> correlation(std::span<const double> a, std::span<const double> b) {
  FT_CHECK(a.size() == b.size(), "{} and {} values", a.size(), b.size());
  const auto mean = [](std::span<const double> x) {
    return std::accumulate(x.begin(), x.end(), 0.0) / static_cast<double>(x.size());
  };
  const double mean_a = mean(a), mean_b = mean(b);
  double ab = 0, aa = 0, bb = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    ab += (a[i] - mean_a) * (b[i] - mean_b);
    aa += (a[i] - mean_a) * (a[i] - mean_a);
    bb += (b[i] - mean_b) * (b[i] - mean_b);
  }
  if (!(aa > 0) || !(bb > 0)) return std::nullopt;
  return ab / std::sqrt(aa * bb);
}

std::optional<double> spearman(std::span<const double> a, std::span<const double> b) {
  FT_CHECK(a.size() == b.size(), "{} and {} values", a.size(), b.size());
  return correlation(ranks(a), ranks(b));
}

}  // namespace flowtalk::evaluate
