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
  condition::check(o.asked, conditions, frames);
  check_range("guidance", o.guidance, kMaxGuidance);
  if (o.temperature) check_range("temperature", *o.temperature, 1);
  if (o.blinks_per_minute) check_range("blinks per minute", *o.blinks_per_minute, kMaxBlinks);
  if (o.region_temperature) {
    for (const float t : *o.region_temperature) check_range("temperature", t, 1);
  }
}

void check_steps(const PredictOptions& options, const generate::GeneratorConfig& config,
                 const std::string& name) {
  const int steps = generate::sampling_steps(config);
  if (steps == 0 && (options.skip_steps || options.sampler)) {
    fail_usage("{} is for {} models; {} is a {}, which samples in one step",
               Field(options.skip_steps ? "skip_steps" : "sampler"),
               generate::names_of([](const generate::Family& f) { return f.steps; }), name,
               text_of(config.kind));
  }
  if (options.skip_steps && (*options.skip_steps < 0 || *options.skip_steps >= steps)) {
    fail_usage("{}: {} has {} steps, so 0 to {} can be left out, got {}", Field("skip_steps"), name,
               steps, steps - 1, *options.skip_steps);
  }
}

void check_family(const PredictOptions& options, const Model& model) {
  check_steps(options, model.config().generator, model.name());
  const generate::Family& family = generate::family_of(model.config().generator.kind);
  const auto warm = [](float t) { return t > 0; };
  const bool asked =
      !options.deterministic &&
      (options.region_temperature ? std::any_of(options.region_temperature->begin(),
                                                options.region_temperature->end(), warm)
                                  : warm(options.temperature.value_or(0)));
  if (family.chance || !asked) return;
  fail_usage("{}: {} is a {} model, in which nothing is left to chance; leave it out",
             Field("temperature"), model.name(), family.name);
}

float blinks_of(const PredictOptions& options, const model::ModelConfig& model) {
  const motion::Axes axes = model.axes;
  const bool lids = axes == motion::Axes::kBuiltin;
  if (options.blinks_per_minute) {
    if (*options.blinks_per_minute > 0 && !lids) {
      fail_usage("blinks: the model moves the expression axes of {}, which have no lids",
                 owner_of(axes));
    }
    return *options.blinks_per_minute;
  }
  const auto eyes = static_cast<size_t>(MotionRegion::kEyes);
  return lids && temperatures_of(options, model, lids)[eyes] > 0 ? kUsualBlinks : 0;
}

RegionTemperatures temperatures_of(const PredictOptions& options, const model::ModelConfig& model,
                                   bool regions_known) {
  const generate::Family& family = generate::family_of(model.generator.kind);
  RegionTemperatures all{};
  if (options.deterministic || !family.chance) return all;
  if (options.region_temperature) return *options.region_temperature;
  const float lips = options.temperature.value_or(static_cast<float>(family.temperature.usual));
  all.fill(lips);
  if (regions_known) {
    const float upper = std::min(1.0f, kUpperFaceGain * lips);
    all[static_cast<size_t>(MotionRegion::kEyes)] = upper;
    all[static_cast<size_t>(MotionRegion::kBrows)] = upper;
  }
  return all;
}

}  // namespace flowtalk::predict
