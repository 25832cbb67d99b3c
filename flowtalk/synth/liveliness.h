// The movements that do not come from speech: blinks, gaze, slow drifts.
#pragma once

#include <vector>

#include "flowtalk/base/rng.h"

namespace flowtalk::synth {

// (T) lid closure 0..1. Blinks come at random with at least 0.5 s between, three times as often
// where `pause` is 1, and last 0.15 to 0.3 s.
std::vector<float> make_blinks(const std::vector<float>& pause, float blinks_per_s, Rng rng);

// (T) zero-mean noise of unit variance whose changes take about `period_s` (two AR(1) filters).
std::vector<float> make_drift(int64_t frames, double period_s, Rng rng);

// (T) gaze offset, -1..1: fixations of 0.6 to 2.5 s with quick saccades between.
std::vector<float> make_gaze(int64_t frames, Rng rng);

}  // namespace flowtalk::synth
