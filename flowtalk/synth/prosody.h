// How the voice moves: loudness and pitch per motion frame, from the samples alone.
#pragma once

#include <vector>

#include "flowtalk/audio/audio.h"

namespace flowtalk::synth {

struct Prosody {
  std::vector<float> loudness;  // (T), 0 silence .. 1 the clip's loud parts
  std::vector<float> pitch;     // (T), octaves above the clip's median; 0 where unvoiced
  std::vector<float> accent;    // (T), 0..1: smooth bumps where pitch and loudness stand out
};

// Frames of a voice: 25 per second, as many as whole ones fit. Frame t is the moment t / 25, as in
// every film and file of motion; what it knows of the voice lies half a frame to either side.
int64_t motion_frames(const audio::Audio& audio);

// Pitch by the first high peak of the normalised autocorrelation of 40 ms, 70..450 Hz.
Prosody measure_prosody(const audio::Audio& audio);

}  // namespace flowtalk::synth
