#include "flowtalk/synth/liveliness.h"

#include <algorithm>
#include <cmath>

#include "flowtalk/base/flame_layout.h"

namespace flowtalk::synth {

std::vector<float> make_drift(int64_t frames, double period_s, Rng rng) {
  const double keep = std::exp(-1.0 / (period_s * flame::kFps));
  // Variance of two equal AR(1) filters in a row, driven by unit noise, is (1+a^2)/(1-a^2)^3.
  const double scale = std::sqrt(std::pow(1 - keep * keep, 3) / (1 + keep * keep));
  double first = 0, second = 0;
  std::vector<float> drift(static_cast<size_t>(frames));
  const auto warm_up = static_cast<int64_t>(6 * period_s * flame::kFps);
  for (int64_t t = -warm_up; t < frames; ++t) {
    first = keep * first + rng.normal();
    second = keep * second + first;
    if (t >= 0) drift[static_cast<size_t>(t)] = static_cast<float>(scale * second);
  }
  return drift;
}

std::vector<float> make_gaze(int64_t frames, Rng rng) {
  std::vector<float> gaze(static_cast<size_t>(frames));
  float target = 0, now = 0;
  double until_s = rng.uniform(0.6, 2.5);
  for (int64_t t = 0; t < frames; ++t) {
    if (static_cast<double>(t) / flame::kFps > until_s) {
      target = rng.chance(0.4) ? 0.0f : static_cast<float>(std::clamp(rng.normal(0, 0.5), -1., 1.));
      until_s += rng.uniform(0.6, 2.5);
    }
    now += 0.6f * (target - now);
    gaze[static_cast<size_t>(t)] = now;
  }
  return gaze;
}

}  // namespace flowtalk::synth
