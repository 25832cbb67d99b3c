#include "flowtalk/condition/asked.h"

#include <cmath>

#include "flowtalk/base/conditions.h"
#include "flowtalk/base/error.h"

namespace flowtalk::condition {
namespace {

constexpr auto kWeights = static_cast<size_t>(kEmotionNodes);

}  // namespace

void check_emotion(std::span<const float> weights, float strength) {
  float sum = 0;
  for (const float w : weights) {
    if (!(w >= 0)) fail_usage("emotion weights: expected 0 or more, got {}", w);
    sum += w;
  }
  if (std::abs(sum - 1) > 1e-3f) fail_usage("emotion weights: expected a sum of 1, got {}", sum);
  if (!(strength >= 0 && strength <= kMaxStrength)) {
    fail_usage("strength: expected between 0 and {}, got {}", kMaxStrength, strength);
  }
}

void check_curve(const EmotionCurve& curve, int64_t frames) {
  const auto count = static_cast<size_t>(frames);
  if (curve.batch != 1 || curve.frames != frames || curve.strength.size() != count ||
      curve.weights.size() != count * kWeights) {
    fail_usage("emotion curve: expected {} frames, as the voice has, got {}", frames, curve.frames);
  }
  for (size_t t = 0; t < count; ++t) {
    check_emotion(std::span(curve.weights).subspan(t * kWeights, kWeights), curve.strength[t]);
  }
}

void check(const Asked& asked, int64_t frames) {
  check_emotion(asked.emotion, asked.strength);
  if (asked.curve) check_curve(*asked.curve, frames);
}

EmotionCurve with_frames(EmotionCurve curve, int64_t frames) {
  const auto count = static_cast<size_t>(frames);
  FT_CHECK(curve.batch == 1 && !curve.strength.empty(), "{} frames", curve.frames);
  while (curve.strength.size() < count) {
    const size_t last = curve.weights.size() - kWeights;
    for (size_t i = 0; i < kWeights; ++i) curve.weights.push_back(curve.weights[last + i]);
    curve.strength.push_back(curve.strength.back());
  }
  curve.strength.resize(count);
  curve.weights.resize(count * kWeights);
  curve.frames = frames;
  return curve;
}

EmotionCurve curve_of(const Asked& asked, int64_t frames) {
  if (asked.curve) return with_frames(*asked.curve, frames);
  return EmotionCurve::constant(asked.emotion, asked.strength, frames);
}

}  // namespace flowtalk::condition
