// Phones to mouth: every phone pulls jaw and lips towards its viseme, the pull fading by a
// negative exponential before and after it; a frame is the mean of all pulls (M. Cohen, D. Massaro,
// Modeling coarticulation in synthetic visual speech, 1993). Jaw and lips fade at their own pace.
#pragma once

#include <array>
#include <vector>

#include "flowtalk/data/phones.h"
#include "flowtalk/synth/lip_rules.h"

namespace flowtalk::synth {

struct MouthFrame {
  float jaw = 0;                         // radians, > 0 open
  std::array<float, kLipShapes> lips{};  // 0..1
  float closure = 0;                     // share of the lip gap that is taken back, 1: shut
  float bilabial = 0;                    // 1 within P B M, with short ramps
  float silence = 0;                     // 1 within pauses, with ramps
};

// frames at 25 per second; frame t shows the time t / 25.
std::vector<MouthFrame> coarticulate(const std::vector<data::Phone>& phones, int64_t frames,
                                     const LipRules& rules = lip_rules());

}  // namespace flowtalk::synth
