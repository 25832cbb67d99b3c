#include "flowtalk/audio/pitch.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace flowtalk::audio {
namespace {

constexpr int64_t kAtOnce = 8;  // lags, side by side; each is summed up in the order of its samples

using Products = std::array<double, kAtOnce>;

// Sums of x[i] x[i + lag] over `span` samples for kAtOnce lags from `first` on.
Products products_from(const std::vector<double>& x, int64_t first, int64_t span) {
  Products sums{};
  for (int64_t i = 0; i < span; ++i) {
    const double* later = x.data() + i + first;
    const double here = x[static_cast<size_t>(i)];
    for (size_t k = 0; k < sums.size(); ++k) sums[k] += here * later[k];
  }
  return sums;
}

}  // namespace

float pitch_at(std::span<const float> samples, int64_t start, int64_t length, int rate_hz) {
  constexpr int kSkip = 2;
  const int64_t count = length / kSkip;
  const int64_t shortest = rate_hz / kSkip / 450, longest = rate_hz / kSkip / 70;
  const int64_t span = count - longest;
  std::vector<double> x(static_cast<size_t>(std::max<int64_t>(0, count + kAtOnce)), 0.0);
  for (int64_t i = 0; i < count; ++i) {
    const int64_t j = start + i * kSkip;
    if (j >= 0 && j < std::ssize(samples)) {
      x[static_cast<size_t>(i)] = static_cast<double>(samples[static_cast<size_t>(j)]);
    }
  }
  const auto at = [&](int64_t i) { return x[static_cast<size_t>(i)]; };
  double power = 0;
  for (int64_t i = 0; i < span; ++i) power += at(i) * at(i);
  if (power < 1e-6) return 0;
  double best = 0;
  int64_t best_lag = 0;
  double moving = 0;
  for (int64_t i = shortest; i < shortest + span; ++i) moving += at(i) * at(i);
  Products products{};
  for (int64_t lag = shortest; lag <= longest; ++lag) {
    const int64_t k = (lag - shortest) % kAtOnce;
    if (k == 0) products = products_from(x, lag, span);
    const double likeness =
        products[static_cast<size_t>(k)] / std::sqrt(power * std::max(moving, 1e-9));
    if (likeness > best * 1.02) best = likeness, best_lag = lag;  // the first of equal peaks
    moving += at(lag + span) * at(lag + span) - at(lag) * at(lag);
  }
  return best > 0.55 ? static_cast<float>(rate_hz) / kSkip / static_cast<float>(best_lag) : 0.0f;
}

}  // namespace flowtalk::audio
