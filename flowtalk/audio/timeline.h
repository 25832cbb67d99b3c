// Time that passes in a stream without sound: pauses, lost packets, sound that begins after the
// picture of its film. Within this room only.
#pragma once

#include <span>
#include <vector>

#include "flowtalk/audio/audio.h"

namespace flowtalk::audio {

// At the beginning of a decoded frame: how much sound there was before it, and what the stream's
// clock says, both in seconds.
struct Mark {
  double held_s = 0, clock_s = 0;
};

// A shorter step of the clock is none: containers round times to a millisecond, and the shortest
// packets that recordings of calls lose last 20 ms.
inline constexpr double kLeastGapS = 0.015;
// A clock that falls back by more begins anew there, as in files that were joined.
inline constexpr double kClockResetS = 0.5;

// Where the clock runs ahead of the sound for good, relative to start_s, what the clock says where
// the sound should begin. Packets that come late or early while their neighbours do not, and clocks
// that drift, leave no gap. Gaps are in order; at_s is where, counted with the gaps before it.
std::vector<Gap> find_gaps(std::span<const Mark> marks, double start_s);

double total_s(std::span<const Gap> gaps);

// Zeros at the gaps. samples: (frames, channels).
void insert_silence(std::vector<float>& samples, int channels, int rate_hz,
                    std::span<const Gap> gaps);

}  // namespace flowtalk::audio
