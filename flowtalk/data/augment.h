// Changes to labelled speech that keep its labels true: noise, room, level, colour, bandwidth,
// speed and formants. Used while training encoders and for a part of the synthetic corpus.
#pragma once

#include <span>
#include <vector>

#include "flowtalk/base/rng.h"
#include "flowtalk/data/phone_clips.h"

namespace flowtalk::data {

// Reads the samples at step `step` (2: twice as fast and an octave up) by a windowed sinc whose
// cut-off follows the step. The result has round(size / step) samples.
std::vector<float> change_rate(std::span<const float> samples, double step);

// Probabilities of each change, and its ranges.
struct AugmentOptions {
  double rate = 0.5, rate_lo = 0.85, rate_hi = 1.2;  // speed, pitch and formants together
  double room = 0.35;
  double tilt = 0.5;       // up to +-6 dB per end of the spectrum
  double telephone = 0.1;  // 300-3400 Hz
  double noise = 0.6;      // white, pink or babble
  double snr_lo_db = 5, snr_hi_db = 35;
  double clipping = 0.05;
  double gain_lo_db = -20, gain_hi_db = 3;  // of the peak, always drawn
};

// `babble` may be any other speech (empty: none is mixed). The rate is the only change that moves
// the labels, and they are scaled with it. Thread-safe; the same rng gives the same samples.
PhoneClip augment(const PhoneClip& clip, Rng rng, const AugmentOptions& options = {},
                  std::span<const float> babble = {});

}  // namespace flowtalk::data
