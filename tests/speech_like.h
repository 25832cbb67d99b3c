// For tests: sound that is much like a voice.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <vector>

#include "flowtalk/base/flame_layout.h"
#include "flowtalk/base/rng.h"

namespace flowtalk::tests {

// Voiced speech-like sound with pauses: harmonics of a moving pitch under a syllable envelope, in
// some noise.
inline std::vector<float> speech_like(double seconds, uint64_t seed = 5) {
  std::vector<float> samples(static_cast<size_t>(seconds * flame::kAudioHz));
  Rng rng(seed);
  double phase = 0;
  for (size_t i = 0; i < samples.size(); ++i) {
    const double t = static_cast<double>(i) / flame::kAudioHz;
    phase += 2 * std::numbers::pi * (130 + 40 * std::sin(2.1 * t)) / flame::kAudioHz;
    double x = 0.02 * rng.normal();
    for (int h = 1; h < 20; ++h) x += std::sin(h * phase) / h;
    samples[i] = static_cast<float>(0.2 * x * std::max(0.0, std::sin(9 * t)));
  }
  return samples;
}

}  // namespace flowtalk::tests
