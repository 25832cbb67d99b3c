#include "flowtalk/condition/emotion_control.h"

#include <algorithm>
#include <cmath>

#include "flowtalk/base/conditions.h"

namespace flowtalk::condition {

EmotionCurve EmotionCurve::constant(std::span<const float> mix, float strength, int64_t frames) {
  FT_CHECK(mix.size() == kEmotionNodes, "{} emotion weights", mix.size());
  std::vector<float> weights(mix.begin(), mix.end());
  const float expressed = 1.0f - weights[kNeutral];
  if (expressed > 0) {
    for (float& w : weights) w /= expressed;
    weights[kNeutral] = 0;
  }
  EmotionCurve curve;
  curve.frames = frames;
  curve.strength.assign(static_cast<size_t>(frames), strength * std::max(0.0f, expressed));
  for (int64_t t = 0; t < frames; ++t) {
    curve.weights.insert(curve.weights.end(), weights.begin(), weights.end());
  }
  return curve;
}

std::array<float, kLevelNodes> intensity_segments(float strength) {
  std::array<float, kLevelNodes> result{};
  for (size_t j = 0; j < result.size(); ++j) {
    const float top = j + 1 == result.size() ? 1.75f : 1.0f;
    result[j] = std::clamp(3 * strength - static_cast<float>(j), 0.0f, top);
  }
  return result;
}

std::array<float, kLevelNodes> level_weights(float strength) {
  const float position = std::clamp(3 * strength - 1, 0.0f, 2.0f);
  std::array<float, kLevelNodes> result{};
  for (size_t j = 0; j < result.size(); ++j) {
    result[j] = std::max(0.0f, 1 - std::abs(position - static_cast<float>(j)));
  }
  return result;
}

}  // namespace flowtalk::condition
