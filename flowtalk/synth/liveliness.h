// The movements that do not come from speech, but for blinks (face/blinks.h): gaze, slow drifts.
#pragma once

#include <vector>

#include "flowtalk/base/rng.h"

namespace flowtalk::synth {

// (T) zero-mean noise of unit variance whose changes take about `period_s` (two AR(1) filters).
std::vector<float> make_drift(int64_t frames, double period_s, Rng rng);

// (T) gaze offset, -1..1: fixations of 0.6 to 2.5 s with quick saccades between.
std::vector<float> make_gaze(int64_t frames, Rng rng);

// (T) 0..1: a raise of its own height as each phrase begins, that fades over it. pause: 1 within
// pauses.
std::vector<float> make_phrase_raises(const std::vector<float>& pause, Rng rng);

}  // namespace flowtalk::synth
