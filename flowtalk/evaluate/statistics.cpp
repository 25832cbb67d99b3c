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

std::optional<double> spearman(std::span<const double> a, std::span<const double> b) {
  FT_CHECK(a.size() == b.size(), "{} and {} values", a.size(), b.size());
  const std::vector<double> x = ranks(a), y = ranks(b);
  const double middle = (static_cast<double>(a.size()) + 1) / 2;
  double xy = 0, xx = 0, yy = 0;
  for (size_t i = 0; i < x.size(); ++i) {
    xy += (x[i] - middle) * (y[i] - middle);
    xx += (x[i] - middle) * (x[i] - middle);
    yy += (y[i] - middle) * (y[i] - middle);
  }
  if (xx == 0 || yy == 0) return std::nullopt;
  return xy / std::sqrt(xx * yy);
}

}  // namespace flowtalk::evaluate
