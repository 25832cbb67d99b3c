// What one prediction is asked for: whose style, which emotion, how strong, how varied.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>

#include "flowtalk/condition/asked.h"
#include "flowtalk/diffusion/sampler.h"
#include "flowtalk/predict/model.h"
#include "flowtalk/predict/regions.h"

namespace flowtalk::predict {

inline constexpr float kMaxGuidance = 3;
// Where one temperature is given, eyes and brows take so many times as much, at most 1. The voice
// says little about them, so that at the lips' temperature they would move less than recorded ones;
// at 0.3 this gain makes the upper face move as much (FDD near 0 on the validation split,
// docs/results.md).
inline constexpr float kUpperFaceGain = 2.5f;

// The voice does not say when eyes blink, and a motion prior that is fitted to means learns hardly
// any of it; so blinks are drawn by themselves, as the data's rules draw them, at the rate of the
// data (docs/control.md#blinks).
inline constexpr float kUsualBlinks = 19, kMaxBlinks = 60;

struct PredictOptions {
  condition::Asked asked{};  // emotion, strength and style, or a curve
  // 0 .. 3: how far the emotional condition lies from the neutral one, 1 as trained. Neutral frames
  // stay as they are.
  float guidance = 1;
  // Of the lips, see kUpperFaceGain; 0 to what the model's family allows, mostly 1. None: the usual
  // one of the model.
  std::optional<float> temperature{};
  std::optional<RegionTemperatures> region_temperature;  // in place of temperature
  std::shared_ptr<const RegionShares> regions;           // empty: those of the built-in head
  bool deterministic = false;                            // no noise: temperature 0
  // 0 .. 60. None: kUsualBlinks where the eyes have a temperature above 0 and the face has lids
  // (the built-in head's axes), else no blinks. The voice, seed and take say when, whatever else is
  // asked for.
  std::optional<float> blinks_per_minute{};
  // Of families that sample in steps: how many are left out, and how each is taken. None: as the
  // model says.
  std::optional<int> skip_steps{};
  std::optional<diffusion::Sampler> sampler{};
  // Chance from a file, in the place of what seed and take say.
  std::shared_ptr<const generate::GivenChance> given{};
  uint64_t seed = 0;
  uint32_t take = 0;
};

// Error: a value out of range, an emotion or style that the model has not, a curve whose frames are
// not `frames` or not on the simplex.
void check(const PredictOptions& options, const Conditions& conditions, int64_t frames);

// Usage Error: what only families that sample in steps can follow, for another; as many steps left
// out as there are. `name` is the model's.
void check_steps(const PredictOptions& options, const generate::GeneratorConfig& config,
                 const std::string& name);

// Usage Error: a temperature out of the range of the model's family.
void check_temperature(const PredictOptions& options, const Model& model);

// check_steps, and: a temperature out of the family's range, or above 0 for a model in which
// nothing is left to chance; chance from a file that the family does not draw or the file does not
// hold.
void check_family(const PredictOptions& options, const Model& model);

// Usage Error: guidance, or strengths above 1, where the model's condition knows none.
void check_form(const PredictOptions& options, const Model& model);

// Error: the model makes vertices, not parameters of FLAME.
void require_motion(const Model& model);

// How often a face of the model is to blink. Usage Error: blinks are asked for where it has no
// lids.
float blinks_of(const PredictOptions& options, const model::ModelConfig& model);

// The temperature of every region; all 0 if deterministic, or if the model's family is.
// `regions_known`: false where the face's regions are not, so that all take the one temperature.
RegionTemperatures temperatures_of(const PredictOptions& options, const model::ModelConfig& model,
                                   bool regions_known);

}  // namespace flowtalk::predict
