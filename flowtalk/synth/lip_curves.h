// What the rules do to jaw and lip gap of the built-in head, without emotion, style or chance: what
// recorded people are held against.
#pragma once

#include <span>
#include <vector>

#include "flowtalk/synth/coarticulation.h"

namespace flowtalk::synth {

// How far the jaw goes at a loudness of 0..1.
float effort_of(const LipTimes& times, float loudness);

// Jaw and lips of speech, added to a frame (53 values) that has no jaw yet.
void add_speech(std::span<float> row, const MouthFrame& mouth, float effort, float jaw_gain,
                float lip_gain);

// At 25 frames per second, frame t at t / 25 s.
struct LipCurves {
  std::vector<double> jaw;     // radians
  std::vector<double> gap_mm;  // between the inner lips
};
// loudness: 0..1 per frame, as Prosody's; as many frames are made.
LipCurves lip_curves(const std::vector<data::Phone>& phones, std::span<const float> loudness,
                     const LipRules& rules);

}  // namespace flowtalk::synth
