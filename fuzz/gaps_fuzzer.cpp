// gaps: times of frames as a container may claim them; gaps are in order, positive, no longer than
// the clock runs, and filling them makes the sound that much longer.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

#include "flowtalk/audio/timeline.h"
#include "fuzz/harness.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace flowtalk;
  constexpr double kFrame = 0.02, kMost = 60;
  constexpr int kRate = 1000;
  std::vector<audio::Mark> marks;
  double least = 0, most = 0;
  for (size_t at = 0; at + 4 <= size; at += 4) {
    int32_t step = 0;  // of the clock, milliseconds beside the frame's own
    std::memcpy(&step, data + at, 4);
    if (at % 8 == 0) step %= 100;
    const double held = kFrame * static_cast<double>(marks.size());
    const double before = marks.empty() ? 0 : marks.back().clock_s;
    marks.push_back({held, before + kFrame + 1e-3 * step});
    least = std::min(least, marks.back().clock_s - held);
    most = std::max(most, marks.back().clock_s - held);
  }
  const auto gaps = audio::find_gaps(marks, 0);
  double end = 0;
  for (const audio::Gap& gap : gaps) {
    if (!(gap.length_s > 0) || gap.at_s < end - 1e-6) fuzz::finding("gaps that overlap");
    end = gap.at_s + gap.length_s;
  }
  const double total = audio::total_s(gaps);
  if (total > static_cast<double>(marks.size() + 1) * (most - least) + 1e-6) {
    fuzz::finding("longer gaps than the clock runs");
  }
  if (total > kMost) return 0;
  std::vector<float> samples(marks.size() * static_cast<size_t>(kFrame * kRate), 1.0f);
  const auto before = static_cast<double>(samples.size());
  audio::insert_silence(samples, 1, kRate, gaps);
  const auto ones = std::count(samples.begin(), samples.end(), 1.0f);
  if (static_cast<double>(ones) != before) fuzz::finding("sound that was lost or made");
  if (std::abs(static_cast<double>(samples.size()) - before - kRate * total) > 1) {
    fuzz::finding("another length of silence");
  }
  return 0;
}
