#include "flowtalk/predict/predict_options.h"

#include <algorithm>

#include "flowtalk/base/error.h"
#include "flowtalk/model/flowtalk.h"
#include "flowtalk/predict/predictor_state.h"

namespace flowtalk::predict {
namespace {

void check_range(const char* what, float value, float most) {
  if (!(value >= 0 && value <= most)) {
    fail_usage("{}: expected between 0 and {}, got {}", what, most, value);
  }
}

}  // namespace

void check_curve(const condition::EmotionCurve& curve, int64_t frames) {
  const auto count = static_cast<size_t>(frames);
  constexpr auto kEmotionCount = static_cast<size_t>(condition::kEmotionNodes);
  if (curve.batch != 1 || curve.frames != frames || curve.strength.size() != count ||
      curve.weights.size() != count * kEmotionCount) {
    fail_usage("emotion curve: expected {} frames, as the voice has, got {}", frames, curve.frames);
  }
  for (size_t t = 0; t < count; ++t) {
    std::array<float, kEmotionCount> mix{};
    std::copy_n(curve.weights.data() + t * kEmotionCount, kEmotionCount, mix.data());
    check_emotion(mix, curve.strength[t]);
  }
}

void check(const PredictOptions& o, int64_t frames) {
  check_emotion(o.emotion, o.strength);
  check_range("guidance", o.guidance, kMaxGuidance);
  check_range("temperature", o.temperature, 1);
  if (o.blinks_per_minute) check_range("blinks per minute", *o.blinks_per_minute, kMaxBlinks);
  if (o.curve) check_curve(*o.curve, frames);
  if (o.region_temperature) {
    for (const float t : *o.region_temperature) check_range("temperature", t, 1);
  }
  FT_CHECK(o.style >= model::kAverageStyle && o.style < model::kStyleCount, "style {}", o.style);
}

condition::EmotionCurve with_frames(condition::EmotionCurve curve, int64_t frames) {
  constexpr auto kEmotionCount = static_cast<size_t>(condition::kEmotionNodes);
  const auto count = static_cast<size_t>(frames);
  FT_CHECK(curve.batch == 1 && !curve.strength.empty(), "{} frames", curve.frames);
  while (curve.strength.size() < count) {
    const size_t last = curve.weights.size() - kEmotionCount;
    for (size_t i = 0; i < kEmotionCount; ++i) curve.weights.push_back(curve.weights[last + i]);
    curve.strength.push_back(curve.strength.back());
  }
  curve.strength.resize(count);
  curve.weights.resize(count * kEmotionCount);
  curve.frames = frames;
  return curve;
}

condition::EmotionCurve curve_of(const PredictOptions& options, int64_t frames) {
  return curve_of(Condition{options.emotion, options.strength, options.style, options.curve},
                  frames);
}

float blinks_of(const PredictOptions& options, motion::Axes axes) {
  const bool lids = axes == motion::Axes::kBuiltin;
  if (options.blinks_per_minute) {
    if (*options.blinks_per_minute > 0 && !lids) {
      fail_usage("blinks: the model moves the expression axes of {}, which have no lids",
                 owner_of(axes));
    }
    return *options.blinks_per_minute;
  }
  const auto eyes = static_cast<size_t>(MotionRegion::kEyes);
  return lids && temperatures_of(options, lids)[eyes] > 0 ? kUsualBlinks : 0;
}

RegionTemperatures temperatures_of(const PredictOptions& options, bool regions_known) {
  RegionTemperatures all{};
  if (options.deterministic) return all;
  if (options.region_temperature) return *options.region_temperature;
  all.fill(options.temperature);
  if (regions_known) {
    const float upper = std::min(1.0f, kUpperFaceGain * options.temperature);
    all[static_cast<size_t>(MotionRegion::kEyes)] = upper;
    all[static_cast<size_t>(MotionRegion::kBrows)] = upper;
  }
  return all;
}

}  // namespace flowtalk::predict
