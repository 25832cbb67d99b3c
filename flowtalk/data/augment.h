// Changes to labelled speech that keep its labels true: noise, room, level, colour, bandwidth,
// speed and formants. Used while training encoders and for a part of the synthetic corpus.
#pragma once

#include <span>
#include <vector>

#include "flowtalk/base/fields.h"
#include "flowtalk/base/rng.h"
#include "flowtalk/data/phone_clips.h"

namespace flowtalk::data {

// Reads the samples at step `step` (2: twice as fast and an octave up) by a windowed sinc whose
// cut-off follows the step. The result has round(size / step) samples.
std::vector<float> change_rate(std::span<const float> samples, double step);

// Probabilities of each change, and its ranges.
struct AugmentOptions {
  float rate = 0.6f, rate_lo = 0.78f, rate_hi = 1.3f;  // speed, pitch and formants together
  float room = 0.35f;
  float tilt = 0.6f, tilt_db = 12;  // up to +- so much above 0.8 to 3 kHz
  float telephone = 0.1f;           // 300-3400 Hz
  float noise = 0.6f;               // white, pink or babble
  float snr_lo_db = 5, snr_hi_db = 35;
  float clipping = 0.05f;
  float gain_lo_db = -20, gain_hi_db = 3;  // of the peak, always drawn

  template <class V>
  void fields(V&& field) {
    field("rate", rate, between(0.0f, 1.0f), "share of clips at another speed and pitch");
    field("rate_lo", rate_lo, between(0.3f, 3.0f), "slowest");
    field("rate_hi", rate_hi, between(0.3f, 3.0f), "fastest");
    field("room", room, between(0.0f, 1.0f), "share of clips in a room");
    field("tilt", tilt, between(0.0f, 1.0f), "share of clips with another spectral tilt");
    field("tilt_db", tilt_db, between(0.0f, 40.0f), "largest tilt");
    field("telephone", telephone, between(0.0f, 1.0f), "share of clips by telephone");
    field("noise", noise, between(0.0f, 1.0f), "share of clips with noise or babble");
    field("snr_lo_db", snr_lo_db, between(-20.0f, 80.0f), "loudest noise");
    field("snr_hi_db", snr_hi_db, between(-20.0f, 80.0f), "faintest noise");
    field("clipping", clipping, between(0.0f, 1.0f), "share of clips whose peaks are cut");
    field("gain_lo_db", gain_lo_db, between(-80.0f, 20.0f), "lowest level of the peak");
    field("gain_hi_db", gain_hi_db, between(-80.0f, 20.0f), "highest level of the peak");
  }
};

// The speed that augment draws first from this rng; 1 if it keeps the clip's own.
double drawn_speed(Rng& rng, const AugmentOptions& options);

// `babble` may be any other speech (empty: none is mixed). The rate is the only change that moves
// the labels, and they are scaled with it. Thread-safe; the same rng gives the same samples.
PhoneClip augment(const PhoneClip& clip, Rng rng, const AugmentOptions& options = {},
                  std::span<const float> babble = {});

}  // namespace flowtalk::data
