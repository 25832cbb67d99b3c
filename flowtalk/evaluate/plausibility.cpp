#include "flowtalk/evaluate/plausibility.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

namespace flowtalk::evaluate {
namespace {

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

}  // namespace

std::vector<double> robust_z(std::span<const ScoredClip> clips, size_t least) {
  std::map<size_t, std::vector<double>> by_condition;
  std::vector<double> all;
  for (const ScoredClip& clip : clips) {
    by_condition[clip.condition].push_back(clip.bits_per_dim);
    all.push_back(clip.bits_per_dim);
  }
  const double overall = median(all);
  std::map<size_t, double> centre;
  for (const auto& [condition, bits] : by_condition) {
    centre[condition] = bits.size() < least ? overall : median(bits);
  }
  std::vector<double> z, deviations;
  for (const ScoredClip& clip : clips) {
    z.push_back(clip.bits_per_dim - centre[clip.condition]);
    deviations.push_back(std::abs(z.back()));
  }
  const double spread = std::max(1.4826 * median(deviations), 1e-9);
  for (double& v : z) v /= spread;
  return z;
}

std::vector<size_t> most_suspicious(std::span<const double> z) {
  std::vector<size_t> order(z.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return std::abs(z[a]) > std::abs(z[b]); });
  return order;
}

}  // namespace flowtalk::evaluate
