// How a predicted curve of the lips follows a recorded one: correlation, lag, closures, events.
// Curves are at 25 frames per second, frame t at t / 25 s. docs/recorded.md defines each.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <vector>

#include "flowtalk/audio/audio.h"
#include "flowtalk/base/rng.h"

namespace flowtalk::evaluate {

// Square root of the RMS of the samples between 100 and 4000 Hz within 50 ms around each frame.
// audio: 16 kHz. (frames)
std::vector<double> loudness_of(const audio::Audio& audio, int64_t frames);

// Which frames are speech: louder than 16.5 dB below the 95th percentile, and two frames beside.
std::vector<bool> speech_in(const std::vector<double>& loudness);

// Pearson's correlation of a curve with another that is moved by -300 .. 300 ms in steps of 10; the
// other's first frame is left out.
struct Followed {
  double at_0 = 0, best = 0;
  double lag_ms = 0;  // of the best: below 0, a is early
};
Followed followed(std::span<const double> a, const std::vector<double>& b);

// Seconds of the minima below 25 % of a curve's 5 to 95 % range that stand out by 25 % of it.
std::vector<double> closures_of(const std::vector<double>& curve);
// Those in speech.
std::vector<double> closures_in(const std::vector<double>& curve, const std::vector<bool>& speech);
// 2 hits / (predicted + real), one real to one predicted within 80 ms; none without any of either.
std::optional<double> closure_f1(std::span<const double> predicted, std::span<const double> real);

// What a curve gets that has nothing to do with the other but moves alike: the mean over `shifts`
// random circular shifts of it, by at least a tenth of its frames.
struct ByChance {
  double at_0 = 0, best = 0;
  std::optional<double> f1;
};
ByChance by_chance(const std::vector<double>& predicted, const std::vector<double>& real,
                   const std::vector<bool>& speech, Rng rng, int shifts = 50);

// Moments of a curve that are told apart from the others of its kind.
enum class LipEvent : size_t { kOpening, kClosing, kShut, kOpen, kCount };
inline constexpr size_t kLipEvents = static_cast<size_t>(LipEvent::kCount);
using LipEvents = std::array<std::vector<double>, kLipEvents>;  // seconds

// Extrema that stand out by 25 % of the curve's 5 to 95 % range; and where it opens or closes
// fastest: peaks of the speed that are at least 2 ranges per second and stand out by as much.
// Between frames by the parabola through three.
LipEvents events_of(const std::vector<double>& curve);
// Milliseconds by which events of a come after those of b, of pairs that are the nearest to each
// other and within 120 ms.
LipEvents lateness(const LipEvents& a, const LipEvents& b);

}  // namespace flowtalk::evaluate
