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

void check_given(const PredictOptions& options, const Model& model) {
  const generate::Family& family = model.config().family();
  if (!options.given) return;
  bool any = false;
  generate::GivenChance::each(*options.given,
                              [&](std::string_view name, const std::vector<float>& values) {
                                any = any || (!values.empty() && generate::draws(family, name));
                              });
  if (!any) {
    fail_usage("{} {}: {} is a {} model, which draws {}; the file holds none of it", Field("noise"),
               options.given->where, model.name(), family.name,
               family.draws.empty() ? "by its seed alone" : family.draws);
  }
}

}  // namespace

void check(const PredictOptions& o, const Conditions& conditions, int64_t frames) {
  condition::check(o.asked, conditions, frames);
  check_range("guidance", o.guidance, kMaxGuidance);
  if (o.blinks_per_minute) check_range("blinks per minute", *o.blinks_per_minute, kMaxBlinks);
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

void check_temperature(const PredictOptions& options, const Model& model) {
  const double most = model.config().family().temperature.most;
  const auto check = [&](float t) {
    if (t >= 0 && t <= static_cast<float>(most)) return;
    fail_usage("{} {}: expected between 0 and {}; 0.1 to 0.5 is useful", Field("temperature"), t,
               most);
  };
  if (options.temperature) check(*options.temperature);
  if (options.region_temperature) {
    std::for_each(options.region_temperature->begin(), options.region_temperature->end(), check);
  }
}

void check_family(const PredictOptions& options, const Model& model) {
  check_steps(options, model.config().generator, model.name());
  check_given(options, model);
  const generate::Family& family = model.config().family();
  check_temperature(options, model);
  const auto warm = [](float t) { return t > 0; };
  const bool asked =
      !options.deterministic &&
      (options.region_temperature ? std::any_of(options.region_temperature->begin(),
                                                options.region_temperature->end(), warm)
                                  : warm(options.temperature.value_or(0)));
  if (model.config().draws_chance() || !asked) return;
  fail_usage("{}: {} is a {} model, in which nothing is left to chance; leave it out",
             Field("temperature"), model.name(), family.name);
}

void check_form(const PredictOptions& options, const Model& model) {
  const auto& row = condition::row_of(model.config().condition.form);
  if (row.exaggerates) return;
  const auto refuse = [&](const char* field, float most) {
    fail_usage("{}: {} has a condition of the form {}, which knows nothing beyond {}", Field(field),
               model.name(), row.name, most);
  };
  if (options.guidance != 1) refuse("guidance", 1);
  if (options.asked.strength > 1) refuse("strength", 1);
}

void require_motion(const Model& model) {
  if (model.config().vertices == 0) return;
  fail("{}: makes vertices, not parameters of FLAME; only `flowtalk predict` takes it",
       model.name());
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
  RegionTemperatures all{};
  if (options.deterministic || !model.draws_chance()) return all;
  if (options.region_temperature) return *options.region_temperature;
  const float lips = options.temperature.value_or(generate::usual_temperature(model.generator));
  all.fill(lips);
  if (regions_known) {
    const float upper = std::min(1.0f, kUpperFaceGain * lips);
    all[static_cast<size_t>(MotionRegion::kEyes)] = upper;
    all[static_cast<size_t>(MotionRegion::kBrows)] = upper;
  }
  return all;
}

}  // namespace flowtalk::predict
