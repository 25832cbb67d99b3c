#include "flowtalk/base/tally.h"

#include <algorithm>
#include <cmath>

namespace flowtalk {
namespace {

constexpr double kLeast = 1e-3, kRatio = 1.01;

}  // namespace

void Tally::add(double value, int64_t times) {
  size_t at = 0;
  if (value >= kLeast) {
    const double steps = std::log(value / kLeast) / std::log(kRatio);
    at = 1 + static_cast<size_t>(std::min<double>(steps, kSteps - 1));
  }
  counts_[at] += times;
  count_ += times;
}

double Tally::quantile(double share) const {
  if (count_ == 0) return 0;
  const auto rank = static_cast<int64_t>(share * static_cast<double>(count_ - 1));
  size_t at = 0;
  for (int64_t seen = counts_[0]; seen <= rank; seen += counts_[at]) ++at;
  return at == 0 ? 0 : kLeast * std::pow(kRatio, static_cast<double>(at) - 0.5);
}

}  // namespace flowtalk
