// The pitch of a voice.
#pragma once

#include <cstdint>
#include <span>

namespace flowtalk::audio {

// Hz, 70 to 450, of the `length` samples that begin at `start`, 0 where they have none: the first
// high peak of their normalised autocorrelation. Works on every second sample; what lies beyond the
// sound is silence.
float pitch_at(std::span<const float> samples, int64_t start, int64_t length, int rate_hz);

}  // namespace flowtalk::audio
