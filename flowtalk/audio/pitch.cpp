#include "flowtalk/audio/pitch.h"

#include <algorithm>
#include <cmath>

namespace flowtalk::audio {

float pitch_at(std::span<const float> x, int64_t start, int64_t length, int rate) {
  constexpr int kSkip = 2;
  const int64_t count = length / kSkip;
  const auto at = [&](int64_t i) {
    const int64_t j = start + i * kSkip;
    return j >= 0 && j < static_cast<int64_t>(x.size()) ? x[static_cast<size_t>(j)] : 0.0f;
  };
  const int64_t shortest = rate / kSkip / 450, longest = rate / kSkip / 70;
  const int64_t span = count - longest;
  double power = 0;
  for (int64_t i = 0; i < span; ++i) power += static_cast<double>(at(i)) * at(i);
  if (power < 1e-6) return 0;
  double best = 0;
  int64_t best_lag = 0;
  double moving = 0;
  for (int64_t i = shortest; i < shortest + span; ++i) moving += static_cast<double>(at(i)) * at(i);
  for (int64_t lag = shortest; lag <= longest; ++lag) {
    double product = 0;
    for (int64_t i = 0; i < span; ++i) product += static_cast<double>(at(i)) * at(i + lag);
    const double likeness = product / std::sqrt(power * std::max(moving, 1e-9));
    if (likeness > best * 1.02) best = likeness, best_lag = lag;  // the first of equal peaks
    moving += static_cast<double>(at(lag + span)) * at(lag + span) -
              static_cast<double>(at(lag)) * at(lag);
  }
  return best > 0.55 ? static_cast<float>(rate) / kSkip / static_cast<float>(best_lag) : 0.0f;
}

}  // namespace flowtalk::audio
