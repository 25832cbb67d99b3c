// Where sound holds no voice: steady noise, hum and tones, which encoders of speech take for
// vowels.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "flowtalk/audio/audio.h"

namespace flowtalk::audio {

// Half-open ranges of samples at 16 kHz, in order. A voice is never even for long: what stays
// within 2 dB for more than a second is none, nor what has no pitch and keeps within 6 dB of a
// straight line. Digital silence is
// in no range, for there is nothing to take away. Sound whose loudness moves (speech in noise,
// whispering, music, clicks) is in none either.
struct SampleRange {
  size_t begin = 0, end = 0;
};
std::vector<SampleRange> voiceless(std::span<const float> samples);

// The samples with zeros where they hold no voice.
std::vector<float> without_noise_alone(std::span<const float> samples);

}  // namespace flowtalk::audio
