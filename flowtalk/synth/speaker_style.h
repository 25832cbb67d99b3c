// How one of the 32 speaking styles talks: amplitude, habits and voice, drawn once per style.
#pragma once

#include <cstdint>

#include "flowtalk/synth/speech.h"

namespace flowtalk::synth {

struct SpeakerStyle {
  float jaw_gain = 1, lip_gain = 1;  // of the movements of the person that the rules are fitted to
  float smile = 0;                   // resting smile, -0.05..0.12
  float asymmetry = 0;               // > 0: the left side moves more, -0.15..0.15
  float expressivity = 1;            // of the emotion poses
  float brow_activity = 0.5f;        // how far accents raise the brows
  float brow_rest = 0;               // resting brow height, -0.1..0.12
  float blinks_per_s = 0.3f;         // while speaking; three times as many in pauses
  float residual = 1;                // of the random movement
  VoiceRecipe voice;
};

// style: index into the default conditions'; the same seed gives the same speakers. Names that
// begin with W get female voices.
SpeakerStyle draw_style(uint64_t seed, int style);

}  // namespace flowtalk::synth
