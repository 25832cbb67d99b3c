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

std::vector<float> make_phrase_raises(const std::vector<float>& pause, Rng rng) {
  constexpr float kRise = 0.2f, kFade = 0.035f;  // shares per frame: 0.2 s up, 1.1 s down
  std::vector<float> raises(pause.size());
  float target = 0, now = 0;
  for (size_t t = 0; t < pause.size(); ++t) {
    const bool begins = pause[t] < 0.5f && (t == 0 || pause[t - 1] >= 0.5f);
    if (begins) target = static_cast<float>(rng.uniform());
    target *= 1 - kFade;
    now += kRise * (target - now);
    raises[t] = now;
  }
  return raises;
}

}  // namespace flowtalk::synth
