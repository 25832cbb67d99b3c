#include "flowtalk/predict/predict_options.h"

#include <algorithm>
#include <cmath>
#include <span>

#include "flowtalk/base/conditions.h"
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
  check_range("strength", strength, kMaxStrength);
}

void check_style(int style, const Conditions& conditions) {
  const auto count = static_cast<int64_t>(conditions.styles.size());
  FT_CHECK(style >= model::kAverageStyle && style < count, "style {}", style);
}

void check_curve(const condition::EmotionCurve& curve, const Conditions& conditions,
                 int64_t frames) {
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

std::vector<float> mix_of(const std::vector<float>& emotion, const Conditions& conditions) {
  return emotion.empty() ? conditions.only(kNeutral) : emotion;
}

void check(const PredictOptions& o, const Conditions& conditions, int64_t frames) {
  check_emotion(mix_of(o.emotion, conditions), o.strength, conditions);
  check_range("guidance", o.guidance, kMaxGuidance);
  check_range("temperature", o.temperature, 1);
  if (o.blinks_per_minute) check_range("blinks per minute", *o.blinks_per_minute, kMaxBlinks);
  if (o.curve) check_curve(*o.curve, conditions, frames);
  if (o.region_temperature) {
    for (const float t : *o.region_temperature) check_range("temperature", t, 1);
  }
  check_style(o.style, conditions);
}

condition::EmotionCurve with_frames(condition::EmotionCurve curve, int64_t frames) {
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

condition::EmotionCurve curve_of(const PredictOptions& options, const Conditions& conditions,
                                 int64_t frames) {
  return curve_of(Condition{options.emotion, options.strength, options.style, options.curve},
                  conditions, frames);
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
