#include "flowtalk/condition/asked.h"

#include <cmath>

#include "flowtalk/base/error.h"

namespace flowtalk::condition {

void check_emotion(std::span<const float> weights, float strength, const Conditions& conditions) {
  if (weights.size() != conditions.emotions.size()) {
    fail_usage("emotion weights: expected {}, one per emotion of the model, got {}",
               conditions.emotions.size(), weights.size());
  }
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

void check_curve(const EmotionCurve& curve, const Conditions& conditions, int64_t frames) {
  const auto count = static_cast<size_t>(frames);
  if (curve.batch != 1 || curve.frames != frames || curve.strength.size() != count) {
    fail_usage("emotion curve: expected {} frames, as the voice has, got {}", frames, curve.frames);
  }
  const size_t emotions = conditions.emotions.size();
  if (curve.weights.size() != count * emotions) {
    fail_usage("emotion curve: expected weights of {} emotions, as the model has, got {}", emotions,
               curve.emotions());
  }
  const std::span<const float> weights = curve.weights;
  for (size_t t = 0; t < count; ++t) {
    check_emotion(weights.subspan(t * emotions, emotions), curve.strength[t], conditions);
  }
}

void check(const Asked& asked, const Conditions& conditions, int64_t frames) {
  check_emotion(mix_of(asked.emotion, conditions), asked.strength, conditions);
  if (asked.curve) check_curve(*asked.curve, conditions, frames);
  const auto styles = static_cast<int64_t>(conditions.styles.size());
  FT_CHECK(asked.style >= kAverageStyle && asked.style < styles, "style {}", asked.style);
}

std::vector<float> mix_of(const std::vector<float>& emotion, const Conditions& conditions) {
  return emotion.empty() ? conditions.only(kNeutral) : emotion;
}

EmotionCurve with_frames(EmotionCurve curve, int64_t frames) {
  const auto count = static_cast<size_t>(frames);
  const size_t emotions = curve.emotions();
  FT_CHECK(curve.batch == 1 && !curve.strength.empty(), "{} frames", curve.frames);
  while (curve.strength.size() < count) {
    const size_t last = curve.weights.size() - emotions;
    for (size_t i = 0; i < emotions; ++i) curve.weights.push_back(curve.weights[last + i]);
    curve.strength.push_back(curve.strength.back());
  }
  curve.strength.resize(count);
  curve.weights.resize(count * emotions);
  curve.frames = frames;
  return curve;
}

EmotionCurve curve_of(const Asked& asked, const Conditions& conditions, int64_t frames) {
  if (asked.curve) return with_frames(*asked.curve, frames);
  return EmotionCurve::constant(mix_of(asked.emotion, conditions), asked.strength, frames);
}

}  // namespace flowtalk::condition
