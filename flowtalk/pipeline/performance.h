// How a voice is to be spoken: whose style, which emotion, how strong, how varied. docs/control.md
// explains it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "flowtalk/pipeline/model_choice.h"
#include "flowtalk/pipeline/mood.h"
#include "flowtalk/pipeline/performing.h"
#include "flowtalk/pipeline/temperature.h"
#include "flowtalk/predict/session.h"

namespace flowtalk::pipeline {

// What does not belong to one voice: chance, and the model.
struct SamplingOptions {
  Temperature temperature;
  double guidance = 1;
  bool deterministic = false;
  std::optional<double> blinks;  // per minute
  std::optional<int> skip_steps;
  std::optional<diffusion::Sampler> sampler;
  std::string noise;
  uint64_t seed = 0;
  ModelOptions model;

  template <class V>
  void fields(V&& field) {
    field("temperature", temperature,
          fmt::format(
              "how much chance is in a sample, 0.1 to 0.5 is useful (default 0.3; eyes and brows "
              "take {} times as much); per region: lips:0.1,eyes:0.4,brows:0.8,rest:0.3",
              predict::kUpperFaceGain)
              .c_str());
    field("guidance", guidance, between(0.0, double{predict::kMaxGuidance}),
          "exaggerates the emotion: 1, the default, is off, 1 to 2 is useful");
    field("deterministic", deterministic, "the one most typical answer, no chance in it");
    field("blinks", blinks, between(0.0, double{predict::kMaxBlinks}),
          fmt::format("per minute; default {}, none where nothing is left to chance, 0: never",
                      predict::kUsualBlinks)
              .c_str());
    field(
        "skip_steps", skip_steps, between(0, 1000000),
        "for diffusion models: denoising steps to skip (default: as the model says, 900 of 1000)");
    field("sampler", sampler,
          "for diffusion models: ddim or ddpm (default: as the model says, ddim)");
    field("noise", noise,
          "chance from a file in the place of the seed's: .safetensors with noise, step_noise, eps "
          "or uniforms");
    field("seed", seed, "the same seed gives the same motion (default 0)");
    field("model", model, "which model");
  }

  // Usage Error: `deterministic`, beside something that only chance could follow. performing: a
  // performance is asked for, which follows seed and take.
  void check(const Given& given, int samples = 1, bool performing = false) const;
  // Usage Error: beside chance from a file, something that seeds alone could follow.
  void check_noise(const Given& given, int samples) const;
  // See predict::check_steps.
  void check_steps(const generate::GeneratorConfig& config, const std::string& name) const;
  // check_steps, and a usage Error: an option that only chance could follow, for a model of a
  // family without any.
  void check_family(const predict::Model& model, int samples = 1, uint32_t take = 0,
                    bool performing = false) const;
  void into(predict::PredictOptions& options) const;
  // Those of `face` where the model does not move the built-in head; null where none are needed.
  std::shared_ptr<const predict::RegionShares> regions(const predict::Session& session,
                                                       const std::string& face) const;
};

struct PerformanceOptions {
  std::string id, subject;
  StrengthOptions strength;
  uint32_t take = 0;
  SamplingOptions sampling;
  PerformingOptions performing;

  template <class V>
  void fields(V&& field) {
    field("id", id,
          fmt::format("speaking style, {}, or average (default {})", style_help(),
                      default_conditions().styles.front())
              .c_str());
    field("subject", subject,
          "whose face, as in the reference: with templates its mesh or shape; it is the style when "
          "no id is given");
    field("strength", strength, "how strong");
    field("take", take, "another take of the same seed (default 0)");
    field("sampling", sampling, "how varied");
    field("performing", performing, "how alive");
  }

  // Checks every value; usage Errors. A mood of nothing but neutral gets strength 0. has_templates:
  // the subject's face stands in a file; then it need not be a style.
  predict::PredictOptions options(const Mood& mood, bool has_templates,
                                  const Conditions& conditions) const;
};

}  // namespace flowtalk::pipeline
