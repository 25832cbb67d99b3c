#include "flowtalk/predict/predict_options.h"

#include <algorithm>
#include <cmath>
#include <span>

#include "flowtalk/base/conditions.h"
#include "flowtalk/base/error.h"
#include "flowtalk/condition/asked.h"
#include "flowtalk/model/model_config.h"

namespace flowtalk::predict {
namespace {

void check_range(const char* what, float value, float most) {
  if (!(value >= 0 && value <= most)) {
    fail_usage("{}: expected between 0 and {}, got {}", what, most, value);
  }
}

}  // namespace

void check(const PredictOptions& o, const Conditions& conditions, int64_t frames) {
  condition::check({o.emotion, o.strength, o.style, o.curve}, conditions, frames);
  check_range("guidance", o.guidance, kMaxGuidance);
  check_range("temperature", o.temperature, 1);
  if (o.blinks_per_minute) check_range("blinks per minute", *o.blinks_per_minute, kMaxBlinks);
  if (o.region_temperature) {
    for (const float t : *o.region_temperature) check_range("temperature", t, 1);
  }
}

condition::EmotionCurve curve_of(const PredictOptions& options, const Conditions& conditions,
                                 int64_t frames) {
  return curve_of(condition::Asked{options.emotion, options.strength, options.style, options.curve},
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
