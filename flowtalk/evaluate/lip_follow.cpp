#include "flowtalk/evaluate/lip_follow.h"

#include <algorithm>
#include <cmath>

#include "flowtalk/base/error.h"
#include "flowtalk/base/flame_layout.h"
#include "flowtalk/data/curve_rate.h"
#include "flowtalk/evaluate/lively_curves.h"
#include "flowtalk/evaluate/statistics.h"

namespace flowtalk::evaluate {
namespace {

using Curve = std::vector<double>;

constexpr double kWindow_s = 0.05;  // of loudness
constexpr double kQuiet = 0.387;    // of the loud, which is 16.5 dB: loudness is a fourth root
constexpr int kMostLag = 30;        // steps
constexpr double kLagStep_s = 0.01;
constexpr double kLow = 0.25;  // of a curve's range
constexpr double kFast = 2;    // ranges per second
constexpr double kTolerance_s = 0.08;
constexpr double kPaired_s = 0.12;

// Second-order Butterworth band of 100 to 4000 Hz at 16 kHz, by the bilinear transform: what
// scipy.signal.butter(2, [100, 4000], "band", fs=16000) gives.
constexpr std::array<double, 5> kBand{0.2814841751883239, 0, -0.5629683503766478, 0,
                                      0.2814841751883239};
constexpr std::array<double, 5> kBandBack{1, -1.9672010766471169, 1.171947129121995,
                                          -0.37488612406818894, 0.17194712912199459};

Curve in_band(const std::vector<float>& samples) {
  std::array<double, 4> state{};
  Curve result;
  result.reserve(samples.size());
  for (const float x : samples) {
    const double y = kBand[0] * double{x} + state[0];
    for (size_t k = 0; k < 4; ++k) {
      state[k] = kBand[k + 1] * double{x} - kBandBack[k + 1] * y + (k < 3 ? state[k + 1] : 0);
    }
    result.push_back(y);
  }
  return result;
}

// 0 at the 5th, 1 at the 95th percentile.
Curve in_range(const Curve& curve) {
  const double low = quantile(curve, 0.05), high = quantile(curve, 0.95);
  Curve result;
  for (const double v : curve) result.push_back((v - low) / std::max(high - low, 1e-9));
  return result;
}

// Frames of the peaks that stand out by `least`; of a flat one its middle.
std::vector<size_t> peaks_of(const Curve& curve, double least) {
  std::vector<size_t> peaks;
  for (size_t t = 1; t + 1 < curve.size(); ++t) {
    if (!(curve[t] > curve[t - 1])) continue;
    size_t end = t;
    while (end + 1 < curve.size() && curve[end + 1] == curve[t]) ++end;
    if (end + 1 == curve.size()) break;
    const size_t middle = (t + end) / 2;
    const bool falls = curve[end + 1] < curve[t];
    if (falls && prominence(curve, middle, curve.size()) >= least) peaks.push_back(middle);
    t = end;
  }
  return peaks;
}

Curve turned(Curve curve) {
  for (double& v : curve) v = -v;
  return curve;
}

// The top of the parabola through a peak and its neighbours, in frames.
double top_of(const Curve& curve, size_t peak) {
  const double left = curve[peak - 1], right = curve[peak + 1];
  const double bend = left - 2 * curve[peak] + right;
  const auto at = static_cast<double>(peak);
  return bend < 0 ? at + 0.5 * (left - right) / bend : at;
}

size_t nearest(const Curve& times, double time) {
  size_t best = 0;
  for (size_t i = 1; i < times.size(); ++i) {
    if (std::abs(times[i] - time) < std::abs(times[best] - time)) best = i;
  }
  return best;
}

Curve shifted(const Curve& curve, int64_t by) {
  Curve result = curve;
  std::ranges::rotate(result, result.begin() + by);
  return result;
}

}  // namespace

Curve loudness_of(const audio::Audio& audio, int64_t frames) {
  FT_CHECK(audio.rate_hz == flame::kAudioHz, "sound at {} Hz", audio.rate_hz);
  const Curve band = in_band(audio.samples);
  Curve sums(band.size() + 1, 0.0);
  for (size_t i = 0; i < band.size(); ++i) sums[i + 1] = sums[i] + band[i] * band[i];
  const auto sample = [&](double time_s) {
    return static_cast<size_t>(
        std::clamp(time_s * audio.rate_hz, 0.0, static_cast<double>(band.size())));
  };
  Curve loudness;
  for (int64_t t = 0; t < frames; ++t) {
    const double time_s = static_cast<double>(t) / flame::kFps;
    const size_t from = sample(time_s - kWindow_s / 2), to = sample(time_s + kWindow_s / 2);
    const double energy = to > from ? (sums[to] - sums[from]) / static_cast<double>(to - from) : 0;
    loudness.push_back(std::pow(std::max(energy, 0.0), 0.25));
  }
  return loudness;
}

std::vector<bool> speech_in(const Curve& loudness) {
  constexpr size_t kBeside = 2;
  std::vector<bool> speech(loudness.size(), false);
  if (loudness.empty()) return speech;
  const double least = kQuiet * quantile(loudness, 0.95);
  for (size_t t = 0; t < loudness.size(); ++t) {
    if (!(loudness[t] > least)) continue;
    for (size_t i = t < kBeside ? 0 : t - kBeside; i <= t + kBeside && i < speech.size(); ++i) {
      speech[i] = true;
    }
  }
  return speech;
}

Followed followed(std::span<const double> a, const Curve& b) {
  FT_CHECK(a.size() == b.size() && !b.empty(), "{} and {} frames", a.size(), b.size());
  Followed result{0, -2, 0};
  const auto last = static_cast<double>(b.size() - 1);
  for (int step = -kMostLag; step <= kMostLag; ++step) {
    const double lag = step * kLagStep_s * flame::kFps;  // frames
    Curve x, y;
    for (size_t t = 0; t < a.size(); ++t) {
      const double at = static_cast<double>(t) - lag;
      if (at < 1e-9 || at > last + 1e-9) continue;
      x.push_back(a[t]);
      y.push_back(data::value_at(b, at));
    }
    const double r = x.size() < 2 ? 0 : correlation(x, y).value_or(0);
    if (step == 0) result.at_0 = r;
    if (r <= result.best) continue;
    result.best = r;
    result.lag_ms = 1000 * step * kLagStep_s;
  }
  return result;
}

Curve closures_of(const Curve& curve) {
  if (curve.empty()) return {};
  const Curve height = in_range(curve);
  Curve times;
  for (const size_t t : peaks_of(turned(height), kLow)) {
    if (height[t] <= kLow) times.push_back(static_cast<double>(t) / flame::kFps);
  }
  return times;
}

Curve closures_in(const Curve& curve, const std::vector<bool>& speech) {
  Curve times = closures_of(curve);
  std::erase_if(times, [&](double time) {
    const auto frame = static_cast<size_t>(time * flame::kFps);  // cut off, as the reference has it
    return frame >= speech.size() || !speech[frame];
  });
  return times;
}

std::optional<double> closure_f1(std::span<const double> predicted, std::span<const double> real) {
  if (predicted.empty() && real.empty()) return std::nullopt;
  std::vector<bool> used(predicted.size(), false);
  double hits = 0;
  for (const double time : real) {
    std::optional<size_t> best;
    for (size_t i = 0; i < predicted.size(); ++i) {
      const double away = std::abs(time - predicted[i]);
      if (used[i] || away > kTolerance_s) continue;
      if (!best || away < std::abs(time - predicted[*best])) best = i;
    }
    if (!best) continue;
    used[*best] = true;
    ++hits;
  }
  return 2 * hits / static_cast<double>(predicted.size() + real.size());
}

ByChance by_chance(const Curve& predicted, const Curve& real, const std::vector<bool>& speech,
                   Rng rng, int shifts) {
  const Curve closures = closures_in(real, speech);
  const auto frames = static_cast<int64_t>(predicted.size());
  ByChance mean;
  double f1 = 0;
  int told = 0;
  for (int i = 0; i < shifts; ++i) {
    const Curve other = shifted(predicted, rng.integer(frames / 10, frames - frames / 10));
    const Followed by = followed(other, real);
    mean.at_0 += by.at_0 / shifts;
    mean.best += by.best / shifts;
    const auto own = closure_f1(closures_in(other, speech), closures);
    f1 += own.value_or(0);
    told += own ? 1 : 0;
  }
  if (told > 0) mean.f1 = f1 / told;
  return mean;
}

LipEvents events_of(const Curve& curve) {
  LipEvents events;
  if (curve.size() < 3) return events;
  const auto add = [&](LipEvent event, double frame) {
    events[static_cast<size_t>(event)].push_back(frame / flame::kFps);
  };
  const auto add_peaks = [&](LipEvent event, const Curve& of) {
    for (const size_t peak : peaks_of(of, kLow)) add(event, top_of(of, peak));
  };
  const auto add_fastest = [&](LipEvent event, const Curve& speed) {  // between two frames
    for (const size_t peak : peaks_of(speed, kFast)) {
      if (speed[peak] >= kFast) add(event, top_of(speed, peak) + 0.5);
    }
  };
  const Curve height = in_range(curve);
  Curve speed;
  for (size_t t = 1; t < height.size(); ++t) {
    speed.push_back((height[t] - height[t - 1]) * flame::kFps);
  }
  add_fastest(LipEvent::kOpening, speed);
  add_fastest(LipEvent::kClosing, turned(speed));
  add_peaks(LipEvent::kShut, turned(height));
  add_peaks(LipEvent::kOpen, height);
  return events;
}

LipEvents lateness(const LipEvents& a, const LipEvents& b) {
  LipEvents late;
  for (size_t kind = 0; kind < kLipEvents; ++kind) {
    if (b[kind].empty()) continue;
    for (size_t i = 0; i < a[kind].size(); ++i) {
      const double time = a[kind][i], other = b[kind][nearest(b[kind], time)];
      if (std::abs(time - other) > kPaired_s || nearest(a[kind], other) != i) continue;
      late[kind].push_back(1000 * (time - other));
    }
  }
  return late;
}

}  // namespace flowtalk::evaluate
