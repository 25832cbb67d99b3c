#include "flowtalk/pipeline/performance.h"

#include "flowtalk/base/error.h"
#include "flowtalk/face/face.h"
#include "flowtalk/generate/families.h"
#include "flowtalk/pipeline/chance_file.h"

namespace flowtalk::pipeline {

void SamplingOptions::check(const Given& given, int samples, bool performing) const {
  if (!noise.empty()) check_noise(given, samples);
  if (!deterministic) return;
  const bool drawn = performing || (blinks && *blinks > 0);  // by seed and take
  for (const std::string_view field : {"temperature", "take", "seed", "num_samples"}) {
    if (!given(field) || (field == "num_samples" && samples == 1)) continue;
    if (drawn && field != "temperature") continue;
    fail_usage("{}: nothing is left to chance ({}), so it has no effect; leave one out",
               Field(field), Field("deterministic"));
  }
}

void SamplingOptions::check_noise(const Given& given, int samples) const {
  for (const std::string_view field : {"seed", "take", "num_samples", "deterministic"}) {
    if (!given(field) || (field == "num_samples" && samples == 1)) continue;
    fail_usage("{}: chance comes from {} {}; leave one out", Field(field), Field("noise"), noise);
  }
}

void SamplingOptions::check_steps(const generate::GeneratorConfig& config,
                                  const std::string& name) const {
  predict::PredictOptions steps;
  steps.skip_steps = skip_steps;
  steps.sampler = sampler;
  predict::check_steps(steps, config, name);
}

void SamplingOptions::check_family(const predict::Model& model, int samples, uint32_t take,
                                   bool performing) const {
  check_steps(model.config().generator, model.name());
  const generate::Family& family = model.config().family();
  predict::PredictOptions asked;
  into(asked);
  predict::check_form(asked, model);
  predict::check_temperature(asked, model);
  if (model.config().draws_chance() || deterministic) return;
  const bool drawn = performing || (blinks && *blinks > 0);  // by seed and take
  const char* field = temperature.all || temperature.by_region ? "temperature"
                      : samples > 1 && !performing             ? "num_samples"
                      : seed != 0 && !drawn                    ? "seed"
                      : take != 0 && !drawn                    ? "take"
                                                               : nullptr;
  if (field == nullptr) return;
  fail_usage("{}: {} is a {} model, in which nothing is left to chance; leave it out", Field(field),
             model.name(), family.name);
}

void SamplingOptions::into(predict::PredictOptions& options) const {
  if (temperature.all) options.temperature = *temperature.all;
  options.region_temperature = temperature.by_region;
  options.guidance = static_cast<float>(guidance);
  options.deterministic = deterministic;
  if (blinks) options.blinks_per_minute = static_cast<float>(*blinks);
  options.skip_steps = skip_steps;
  options.sampler = sampler;
  if (!noise.empty()) options.given = load_chance(noise);
  options.seed = seed;
}

std::shared_ptr<const predict::RegionShares> SamplingOptions::regions(
    const predict::Session& session, const std::string& face) const {
  if (!temperature.by_region || session.config().axes == motion::Axes::kBuiltin) return nullptr;
  return std::make_shared<predict::RegionShares>(face::load_face(face));
}

predict::PredictOptions PerformanceOptions::options(const Mood& mood, bool has_templates,
                                                    const Conditions& conditions) const {
  predict::PredictOptions options;
  options.asked.emotion = mood.weights;
  const float wanted = strength.value(conditions);
  options.asked.strength = mood.neutral() ? 0.0f : wanted;
  const bool of_style = !subject.empty() && (id.empty() || !has_templates);
  const int other = of_style ? parse_style(subject, conditions) : 0;
  options.asked.style = id.empty() ? other : parse_style_or_average(id, conditions);
  options.take = take;
  sampling.into(options);
  return options;
}

}  // namespace flowtalk::pipeline
