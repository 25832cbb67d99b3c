#include "flowtalk/audio/voiceless.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "flowtalk/base/flame_layout.h"

namespace flowtalk::audio {
namespace {

constexpr size_t kFrame = flame::kAudioHz / flame::kFps;  // 40 ms
constexpr size_t kLongest = 30,
                 kShortest = 12;  // frames that must be even: 1.2 s, or a whole clip of 0.5 s
constexpr size_t kMargin = 2;     // frames beside a voice that are left to it
constexpr double kEven_db = 2, kEvenNoise_db = 6;
constexpr double kFloor_db = -85;      // what is fainter is as even as silence
constexpr double kPeriodic = 0.5;      // of a normalised autocorrelation
constexpr double kMostPeriodic = 0.1;  // of the frames of noise
constexpr float kPreEmphasis =
    0.97f;                   // evens out what falls with frequency, as hum and brown noise do
constexpr size_t kStep = 4;  // 4 kHz hold every pitch
constexpr size_t kShortestLag = 8, kLongestLag = 57;  // 500 Hz to 70 Hz

struct Frame {
  double level_db = kFloor_db;
  bool periodic = false;
};

double level_of(std::span<const float> samples, float before) {
  double sum = 0;
  for (const float x : samples) {
    const double y = x - kPreEmphasis * before;
    sum += y * y;
    before = x;
  }
  const double mean = sum / static_cast<double>(samples.size());
  return std::max(kFloor_db, 10 * std::log10(std::max(mean, 1e-12)));
}

// The best of the lags of pitch: r(k) / sqrt(r_0(0) r_k(0)), 1 for what repeats exactly.
double periodicity_of(std::span<const float> samples) {
  constexpr size_t kCount = kFrame / kStep;
  std::array<double, kCount> low{};
  for (size_t i = 0; i < kCount; ++i) {
    for (size_t k = 0; k < kStep; ++k) low[i] += samples[i * kStep + k];
  }
  for (size_t i = kCount; i-- > 1;) low[i] -= kPreEmphasis * low[i - 1];
  low[0] = 0;
  double best = 0;
  for (size_t lag = kShortestLag; lag <= kLongestLag; ++lag) {
    double both = 0, first = 0, second = 0;
    for (size_t i = 0; i + lag < kCount; ++i) {
      both += low[i] * low[i + lag];
      first += low[i] * low[i];
      second += low[i + lag] * low[i + lag];
    }
    if (first > 0 && second > 0) best = std::max(best, both / std::sqrt(first * second));
  }
  return best;
}

std::vector<Frame> frames_of(std::span<const float> samples) {
  std::vector<Frame> frames;
  for (size_t at = 0; at + kFrame <= samples.size(); at += kFrame) {
    const auto part = samples.subspan(at, kFrame);
    frames.push_back(
        {level_of(part, at > 0 ? samples[at - 1] : part[0]), periodicity_of(part) > kPeriodic});
  }
  return frames;
}

// How far the levels spread, dB; about the straight line that fits them best, if `sloping`.
double spread_of(std::span<const Frame> frames, bool sloping) {
  const auto count = static_cast<double>(frames.size());
  const double middle = (count - 1) / 2;
  double slope = 0;
  for (size_t i = 0; sloping && i < frames.size(); ++i) {
    slope += (static_cast<double>(i) - middle) * frames[i].level_db;
  }
  slope /= count * (count * count - 1) / 12;  // the sum of squares of i - middle
  double least = frames[0].level_db, most = least;
  for (size_t i = 0; i < frames.size(); ++i) {
    const double level = frames[i].level_db - slope * static_cast<double>(i);
    least = std::min(least, level);
    most = std::max(most, level);
  }
  return most - least;
}

bool even(std::span<const Frame> frames) {
  if (spread_of(frames, false) <= kEven_db) return true;
  const auto periodic = std::count_if(frames.begin(), frames.end(),
                                      [](const Frame& frame) { return frame.periodic; });
  return static_cast<double>(periodic) <= kMostPeriodic * static_cast<double>(frames.size()) &&
         spread_of(frames, true) <= kEvenNoise_db;
}

// Per frame: does it lie in a window that is even?
std::vector<bool> even_frames(std::span<const Frame> frames) {
  std::vector<bool> marked(frames.size(), false);
  const size_t window = std::min(kLongest, frames.size());
  if (window < kShortest) return marked;
  for (size_t i = 0; i + window <= frames.size(); ++i) {
    if (even(frames.subspan(i, window))) {
      std::fill_n(marked.begin() + static_cast<std::ptrdiff_t>(i), window, true);
    }
  }
  return marked;
}

}  // namespace

std::vector<SampleRange> voiceless(std::span<const float> samples) {
  const auto frames = frames_of(samples);
  const auto marked = even_frames(frames);
  std::vector<SampleRange> ranges;
  for (size_t i = 0; i < frames.size();) {
    size_t end = i;
    while (end < frames.size() && marked[end]) ++end;
    const size_t begin = i > 0 ? i + kMargin : i;
    const bool last = end == frames.size();
    const size_t until = last ? end : end - std::min(end, kMargin);
    const size_t from = begin * kFrame, to = last ? samples.size() : until * kFrame;
    if (begin < until && std::any_of(samples.begin() + static_cast<std::ptrdiff_t>(from),
                                     samples.begin() + static_cast<std::ptrdiff_t>(to),
                                     [](float x) { return x != 0; })) {
      ranges.push_back({from, to});
    }
    i = end + 1;
  }
  return ranges;
}

std::vector<float> without_noise_alone(std::span<const float> samples) {
  std::vector<float> quiet(samples.begin(), samples.end());
  for (const SampleRange& range : voiceless(samples)) {
    std::fill(quiet.begin() + static_cast<std::ptrdiff_t>(range.begin),
              quiet.begin() + static_cast<std::ptrdiff_t>(range.end), 0.0f);
  }
  return quiet;
}

}  // namespace flowtalk::audio
