// What one prediction is asked for: whose style, which emotion, how strong, how varied.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>

#include "flowtalk/condition/emotion_control.h"
#include "flowtalk/predict/regions.h"

namespace flowtalk::predict {

inline constexpr float kMaxGuidance = 3;

struct PredictOptions {
  std::array<float, 8> emotion{1, 0, 0, 0, 0, 0, 0, 0};  // weights, sum 1
  float strength = 0;                                    // 0 .. 1.25; 0 is neutral
  // In place of emotion and strength: both for every frame of the voice.
  std::optional<condition::EmotionCurve> curve;
  // 0 .. 3: how far the emotional condition lies from the neutral one, 1 as trained. Neutral frames
  // stay as they are.
  float guidance = 1;
  int style = 0;                                         // index into kStyles; -1: their average
  float temperature = 0.3f;                              // 0 .. 1
  std::optional<RegionTemperatures> region_temperature;  // in place of temperature
  std::shared_ptr<const RegionShares> regions;           // empty: those of the built-in head
  bool deterministic = false;                            // no noise: temperature 0
  uint64_t seed = 0;
  uint32_t take = 0;
};

// Error: a value out of range, a curve whose frames are not `frames` or not on the simplex.
void check(const PredictOptions& options, int64_t frames);

// The curve of the options, or their one emotion, for `frames` frames; the last is repeated.
condition::EmotionCurve curve_of(const PredictOptions& options, int64_t frames);

// The temperature of every region; all 0 if deterministic.
RegionTemperatures temperatures_of(const PredictOptions& options);

}  // namespace flowtalk::predict
