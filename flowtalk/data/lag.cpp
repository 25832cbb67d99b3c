#include "flowtalk/data/lag.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "flowtalk/base/flame_layout.h"
#include "flowtalk/base/rng.h"

namespace flowtalk::data {
namespace {

constexpr int kSamplesPerFrame = flame::kAudioHz / flame::kFps;
constexpr int64_t kShortest = 50;    // frames
constexpr int64_t kTrendReach = 12;  // frames each way whose mean is taken off
constexpr double kFloorDb = 40, kSilence = 1e-10;
constexpr size_t kFewestClips = 8;
constexpr int kResamplings = 200;
constexpr double kCorrelatedFrames = 4;  // speech moves no faster; that many frames count as one

// The series less its slow part, so that a rising voice or a held smile does not count.
std::vector<double> without_trend(std::span<const float> x) {
  const auto n = static_cast<int64_t>(x.size());
  std::vector<double> sums(x.size() + 1, 0.0), result(x.size());
  for (size_t i = 0; i < x.size(); ++i) sums[i + 1] = sums[i] + static_cast<double>(x[i]);
  for (int64_t i = 0; i < n; ++i) {
    const auto from = static_cast<size_t>(std::max<int64_t>(0, i - kTrendReach));
    const auto to = static_cast<size_t>(std::min(n, i + kTrendReach + 1));
    const double mean = (sums[to] - sums[from]) / static_cast<double>(to - from);
    result[static_cast<size_t>(i)] = static_cast<double>(x[static_cast<size_t>(i)]) - mean;
  }
  return result;
}

double spread(const std::vector<double>& x) {
  double sum = 0;
  for (const double v : x) sum += v * v;
  return std::sqrt(sum / static_cast<double>(x.size()));
}

// Pearson's correlation of a[i] and b[i + lag] where both exist.
double correlation_at(const std::vector<double>& a, const std::vector<double>& b, int64_t lag) {
  const auto n = static_cast<int64_t>(std::min(a.size(), b.size()));
  double sa = 0, sb = 0, saa = 0, sbb = 0, sab = 0, count = 0;
  for (int64_t i = std::max<int64_t>(0, -lag); i < std::min(n, n - lag); ++i) {
    const double x = a[static_cast<size_t>(i)], y = b[static_cast<size_t>(i + lag)];
    sa += x;
    sb += y;
    saa += x * x;
    sbb += y * y;
    sab += x * y;
    ++count;
  }
  const double va = saa - sa * sa / count, vb = sbb - sb * sb / count;
  return va > 1e-12 && vb > 1e-12 ? (sab - sa * sb / count) / std::sqrt(va * vb) : 0.0;
}

// The highest point of the curve, between frames by the parabola through it and its neighbours.
Lag peak_of(const LagCurve& curve) {
  const auto at = static_cast<size_t>(std::max_element(curve.begin(), curve.end()) - curve.begin());
  Lag lag;
  lag.frames = static_cast<double>(at) - kMaxLag;
  lag.correlation = static_cast<double>(curve[at]);
  if (at == 0 || at + 1 == curve.size()) return lag;
  const double left = static_cast<double>(curve[at - 1]),
               right = static_cast<double>(curve[at + 1]);
  const double bend = left - 2 * lag.correlation + right;
  if (bend < 0) lag.frames += 0.5 * (left - right) / bend;
  return lag;
}

LagCurve mean_curve(std::span<const LagCurve> curves, std::span<const size_t> chosen) {
  std::array<double, std::tuple_size_v<LagCurve>> sum{};
  for (const size_t clip : chosen) {
    for (size_t k = 0; k < sum.size(); ++k) sum[k] += static_cast<double>(curves[clip][k]);
  }
  LagCurve mean{};
  for (size_t k = 0; k < sum.size(); ++k) {
    mean[k] = static_cast<float>(sum[k] / static_cast<double>(chosen.size()));
  }
  return mean;
}

}  // namespace

std::vector<float> loudness_per_frame(std::span<const float> samples, int64_t frames) {
  std::vector<float> loudness(static_cast<size_t>(frames));
  float loudest = -1e9f;
  for (int64_t t = 0; t < frames; ++t) {
    const int64_t middle = t * kSamplesPerFrame;
    const auto from = static_cast<size_t>(std::max<int64_t>(0, middle - kSamplesPerFrame / 2));
    const size_t to = std::min(samples.size(), static_cast<size_t>(middle + kSamplesPerFrame / 2));
    double energy = 0;
    for (size_t i = from; i < to; ++i) {
      energy += static_cast<double>(samples[i]) * static_cast<double>(samples[i]);
    }
    const double mean = from < to ? energy / static_cast<double>(to - from) : 0.0;
    const auto db = static_cast<float>(10 * std::log10(mean + kSilence));
    loudness[static_cast<size_t>(t)] = db;
    loudest = std::max(loudest, db);
  }
  for (float& db : loudness) db = std::max(db, loudest - static_cast<float>(kFloorDb));
  return loudness;
}

std::optional<LagCurve> correlate(std::span<const float> loudness, std::span<const float> opening) {
  const size_t frames = std::min(loudness.size(), opening.size());
  if (static_cast<int64_t>(frames) < kShortest) return {};
  const auto sound = without_trend(loudness.first(frames));
  const auto motion = without_trend(opening.first(frames));
  if (spread(sound) < 0.5 || spread(motion) < 1e-4) return {};  // decibels, radians
  LagCurve curve{};
  for (int lag = -kMaxLag; lag <= kMaxLag; ++lag) {
    curve[static_cast<size_t>(lag + kMaxLag)] =
        static_cast<float>(correlation_at(sound, motion, lag));
  }
  return curve;
}

Lag lag_of_clip(const LagCurve& curve, int64_t frames) {
  Lag lag = peak_of(curve);
  const double independent = static_cast<double>(frames) / kCorrelatedFrames - 3;
  if (independent <= 0) return lag;
  const double r = std::clamp(lag.correlation, 0.0, 0.9999);
  const double deviations = std::atanh(r) * std::sqrt(independent);
  const double chance = 0.5 * std::erfc(deviations / std::sqrt(2.0));
  lag.confidence = std::pow(1 - chance, static_cast<double>(curve.size()));
  return lag;
}

Lag pool_lags(std::span<const LagCurve> curves) {
  if (curves.empty()) return {};
  std::vector<size_t> chosen(curves.size());
  std::iota(chosen.begin(), chosen.end(), size_t{0});
  Lag lag = peak_of(mean_curve(curves, chosen));
  if (curves.size() < kFewestClips) return lag;
  Rng rng = Rng(1).fork("lag");
  int near = 0;
  for (int n = 0; n < kResamplings; ++n) {
    for (size_t& clip : chosen) {
      clip = static_cast<size_t>(rng.integer(0, static_cast<int64_t>(curves.size()) - 1));
    }
    near += std::abs(peak_of(mean_curve(curves, chosen)).frames - lag.frames) <= 1.0 ? 1 : 0;
  }
  lag.confidence = static_cast<double>(near) / kResamplings;
  return lag;
}

}  // namespace flowtalk::data
