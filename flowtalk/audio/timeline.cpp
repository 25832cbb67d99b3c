#include "flowtalk/audio/timeline.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>

namespace flowtalk::audio {
namespace {

// As many frames of half a second of a call; what lasts shorter is jitter.
constexpr size_t kFramesThatConfirm = 25;
// Fewer than so many frames, at the end of the stream, confirm a long gap only.
constexpr size_t kFewFrames = 5;
constexpr double kLongGapS = 0.1;

// How far the clock is ahead of the sound at a mark.
double lead(const Mark& mark) { return mark.clock_s - mark.held_s; }

}  // namespace

std::vector<Gap> find_gaps(std::span<const Mark> marks, double start_s) {
  std::vector<Gap> gaps;
  double start = start_s, filled = 0, before = start_s;
  for (size_t i = 0; i < marks.size(); ++i) {
    const auto next = marks.subspan(i, std::min(kFramesThatConfirm, marks.size() - i));
    const auto [least, most] = std::minmax_element(
        next.begin(), next.end(), [](const Mark& a, const Mark& b) { return lead(a) < lead(b); });
    const double lasting = lead(*least), enough = next.size() < kFewFrames ? kLongGapS : kLeastGapS;
    if (lead(*most) < start + filled - kClockResetS) {
      start = lasting - filled;
    } else if (const double missing = lasting - start - filled;
               missing >= enough && lasting - before >= kLeastGapS) {
      gaps.push_back({marks[i].held_s + filled, missing});
      filled += missing;
    }
    before = lasting;
  }
  return gaps;
}

double total_s(std::span<const Gap> gaps) {
  return std::accumulate(gaps.begin(), gaps.end(), 0.0,
                         [](double sum, const Gap& gap) { return sum + gap.length_s; });
}

void insert_silence(std::vector<float>& samples, int channels, int rate_hz,
                    std::span<const Gap> gaps) {
  if (gaps.empty()) return;
  const auto index = [&](double seconds) {
    return static_cast<size_t>(std::llround(seconds * rate_hz)) * static_cast<size_t>(channels);
  };
  std::vector<float> filled(samples.size() + index(total_s(gaps)), 0.0f);
  size_t from = 0;
  double silence_s = 0;
  auto to = filled.begin();
  for (const Gap& gap : gaps) {
    const size_t until = std::clamp(index(gap.at_s - silence_s), from, samples.size());
    to = std::copy(samples.begin() + static_cast<std::ptrdiff_t>(from),
                   samples.begin() + static_cast<std::ptrdiff_t>(until), to);
    to += static_cast<std::ptrdiff_t>(index(silence_s + gap.length_s) - index(silence_s));
    silence_s += gap.length_s;
    from = until;
  }
  std::copy(samples.begin() + static_cast<std::ptrdiff_t>(from), samples.end(), to);
  samples = std::move(filled);
}

}  // namespace flowtalk::audio
