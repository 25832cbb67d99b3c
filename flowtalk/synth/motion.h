// Facial motion for labelled speech: mouth by coarticulation, emotion pose, speaker style, blinks,
// brows that follow the voice, and a small random residual.
#pragma once

#include "flowtalk/audio/audio.h"
#include "flowtalk/base/rng.h"
#include "flowtalk/data/phones.h"
#include "flowtalk/motion/motion.h"
#include "flowtalk/synth/speaker_style.h"

namespace flowtalk::synth {

struct MotionOptions {
  int emotion = 0;     // 0..7
  float strength = 0;  // 0 none .. 1 full; neutral ignores it
  bool alive = true;   // blinks, gaze and the random residual
};

// Expression and jaw in the built-in head's axes, for the whole frames of the audio at 25 per
// second. The same rng gives the same motion; the random parts do not depend on emotion or
// strength.
motion::Motion make_motion(const audio::Audio& audio, const std::vector<data::Phone>& phones,
                           const SpeakerStyle& style, const MotionOptions& options, Rng rng);

}  // namespace flowtalk::synth
