#include "flowtalk/data/curve_rate.h"

#include <algorithm>
#include <cmath>

namespace flowtalk::data {
namespace {

constexpr double kSpread = 0.35;  // of the Gaussian, new samples
constexpr double kReach = 4;      // where it ends, in spreads
constexpr double kFalls = 1.05;

std::vector<double> blurred(const std::vector<double>& curve, double spread) {
  const auto reach = static_cast<int64_t>(kReach * spread + 0.5);
  std::vector<double> weights;
  double sum = 0;
  for (int64_t k = -reach; k <= reach; ++k) {
    const double x = static_cast<double>(k) / spread;
    weights.push_back(std::exp(-0.5 * x * x));
    sum += weights.back();
  }
  const auto last = static_cast<int64_t>(curve.size()) - 1;
  std::vector<double> result;
  for (int64_t t = 0; t <= last; ++t) {
    double value = 0;
    for (int64_t k = -reach; k <= reach; ++k) {
      value += weights[static_cast<size_t>(k + reach)] / sum *
               curve[static_cast<size_t>(std::clamp<int64_t>(t + k, 0, last))];
    }
    result.push_back(value);
  }
  return result;
}

}  // namespace

double value_at(const std::vector<double>& curve, double at) {
  at = std::clamp(at, 0.0, static_cast<double>(curve.size() - 1));
  const auto before = static_cast<size_t>(at);
  const size_t after = std::min(before + 1, curve.size() - 1);
  const double share = at - static_cast<double>(before);
  return (1 - share) * curve[before] + share * curve[after];
}

std::vector<double> resampled(const std::vector<double>& curve, double from_hz, double to_hz) {
  if (curve.empty()) return {};
  if (from_hz == to_hz) return curve;
  const double step = from_hz / to_hz;
  const std::vector<double> smooth = step > kFalls ? blurred(curve, kSpread * step) : curve;
  const auto count = static_cast<size_t>(static_cast<double>(curve.size()) / from_hz * to_hz);
  std::vector<double> result;
  for (size_t i = 0; i < count; ++i) {
    result.push_back(value_at(smooth, static_cast<double>(i) * step));
  }
  return result;
}

}  // namespace flowtalk::data
