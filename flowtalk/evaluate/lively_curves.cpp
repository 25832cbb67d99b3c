#include "flowtalk/evaluate/lively_curves.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "flowtalk/data/curve_rate.h"

namespace flowtalk::evaluate {
namespace {

using Curve = std::vector<double>;

constexpr double kShut = 0.3;       // lids this far down hide the gaze
constexpr double kRise = 0.3;       // least height of a blink
constexpr double kLongest_s = 0.5;  // what lasts longer is a lid held down
constexpr double kFast = 25;        // degrees per second
constexpr double kLeast = 1.5;      // degrees of a saccade

// Frames for which a peak stays above a height, between frames linearly.
double width_at(const Curve& curve, size_t peak, double height) {
  size_t first = peak, last = peak;
  while (first > 0 && curve[first - 1] > height) --first;
  while (last + 1 < curve.size() && curve[last + 1] > height) ++last;
  double width = static_cast<double>(last - first);
  if (first > 0) width += (curve[first] - height) / (curve[first] - curve[first - 1]);
  if (last + 1 < curve.size()) width += (curve[last] - height) / (curve[last] - curve[last + 1]);
  return width;
}

}  // namespace

double prominence(const Curve& curve, size_t peak, size_t reach) {
  double left = curve[peak], right = curve[peak];
  for (size_t i = peak; i-- > 0 && peak - i <= reach && curve[i] <= curve[peak];) {
    left = std::min(left, curve[i]);
  }
  for (size_t i = peak + 1; i < curve.size() && i - peak <= reach && curve[i] <= curve[peak]; ++i) {
    right = std::min(right, curve[i]);
  }
  return curve[peak] - std::max(left, right);
}

double quantile(Curve values, double q) {
  std::ranges::sort(values);
  return data::value_at(values, q * static_cast<double>(values.size() - 1));
}

double deviation(std::span<const double> values) {
  double mean = 0, sum = 0;
  for (const double v : values) mean += v / static_cast<double>(values.size());
  for (const double v : values) sum += (v - mean) * (v - mean);
  return values.empty() ? 0 : std::sqrt(sum / static_cast<double>(values.size()));
}

Curve at_rate(const Curve& curve, double from_hz, double to_hz) {
  if (from_hz == to_hz || curve.empty()) return curve;
  const double step = from_hz / to_hz;
  const auto frames = static_cast<size_t>(static_cast<double>(curve.size()) / step);
  const int parts = std::max(1, static_cast<int>(std::lround(step)));
  Curve result;
  for (size_t t = 0; t < frames; ++t) {
    double sum = 0;
    for (int part = 0; part < parts; ++part) {
      const double within = (part + 0.5) / parts;
      sum += data::value_at(curve, (static_cast<double>(t) + within) * step - 0.5);
    }
    result.push_back(sum / parts);
  }
  return result;
}

Curve smoothed(const Curve& curve) {
  constexpr double kWeights[] = {1. / 16, 4. / 16, 6. / 16, 4. / 16, 1. / 16};
  Curve result;
  for (size_t t = 0; t < curve.size(); ++t) {
    double sum = 0;
    for (int k = 0; k < 5; ++k) {
      const auto at = static_cast<int64_t>(t) + k - 2;
      sum += kWeights[k] * curve[static_cast<size_t>(
                               std::clamp<int64_t>(at, 0, static_cast<int64_t>(curve.size()) - 1))];
    }
    result.push_back(sum);
  }
  return result;
}

std::vector<std::pair<double, double>> spectrum(std::span<const double> curve) {
  const size_t n = curve.size();
  const auto middle = 0.5 * static_cast<double>(n - 1);
  double mean = 0, slope = 0, spread = 0;
  for (const double v : curve) mean += v / static_cast<double>(n);
  for (size_t t = 0; t < n; ++t) {
    const double x = static_cast<double>(t) - middle;
    slope += x * (curve[t] - mean);
    spread += x * x;
  }
  slope = spread > 0 ? slope / spread : 0;
  std::vector<std::pair<double, double>> result;
  for (size_t k = 1; k <= n / 2; ++k) {
    double real = 0, imaginary = 0;
    for (size_t t = 0; t < n; ++t) {
      const double phase = 2 * std::numbers::pi * static_cast<double>(t) / static_cast<double>(n);
      const double value = (curve[t] - mean - slope * (static_cast<double>(t) - middle)) *
                           (0.5 - 0.5 * std::cos(phase));
      real += value * std::cos(static_cast<double>(k) * phase);
      imaginary += value * std::sin(static_cast<double>(k) * phase);
    }
    result.emplace_back(static_cast<double>(k) * flame::kFps / static_cast<double>(n),
                        real * real + imaginary * imaginary);
  }
  return result;
}

std::vector<GazeAngles> seen_gaze(const LivingFace& face) {
  Curve left, up;
  for (const GazeAngles& gaze : face.gaze) {
    left.push_back(gaze.left);
    up.push_back(gaze.up);
  }
  left = at_rate(left, face.rate_hz, flame::kFps);
  up = at_rate(up, face.rate_hz, flame::kFps);
  const Curve lids = at_rate(face.lids, face.rate_hz, flame::kFps);
  const auto hidden = [&](size_t t) {  // two frames more on either side
    const size_t first = t < 2 ? 0 : t - 2, end = std::min(t + 3, lids.size());
    for (size_t i = first; i < end; ++i) {
      if (lids[i] > kShut) return true;
    }
    return false;
  };
  std::vector<GazeAngles> gaze;
  for (size_t t = 0; t < left.size(); ++t) {
    const bool held = !gaze.empty() && hidden(t);
    gaze.push_back(held ? gaze.back() : GazeAngles{left[t], up[t]});
  }
  return gaze;
}

std::vector<Blink> blinks_of(const LivingFace& face) {
  std::vector<Blink> blinks;
  const Curve& lids = face.lids;
  const auto reach = static_cast<size_t>(std::ceil(kLongest_s * face.rate_hz));
  for (size_t t = 1; t + 1 < lids.size(); ++t) {
    const bool peak = lids[t] > lids[t - 1] && lids[t] >= lids[t + 1];
    const double height = peak ? prominence(lids, t, reach) : 0;
    if (height < kRise) continue;
    const double width_s = width_at(lids, t, lids[t] - height / 2) / face.rate_hz;
    if (width_s > kLongest_s) continue;
    blinks.push_back({static_cast<double>(t) / face.rate_hz, width_s});
  }
  return blinks;
}

std::vector<Saccade> saccades_of(const LivingFace& face) {
  const auto gaze = seen_gaze(face);
  std::vector<Saccade> saccades;
  const auto away = [&](size_t a, size_t b) {
    return std::hypot(gaze[b].left - gaze[a].left, gaze[b].up - gaze[a].up);
  };
  for (size_t t = 1; t < gaze.size(); ++t) {
    const size_t from = t - 1;
    double peak = 0;
    for (; t < gaze.size() && away(t - 1, t) * flame::kFps > kFast; ++t) {
      peak = std::max(peak, away(t - 1, t) * flame::kFps);
    }
    if (peak == 0) continue;
    const double degrees = away(from, t - 1);
    if (degrees < kLeast) continue;
    saccades.push_back({static_cast<double>(from + 1) / flame::kFps, degrees, peak});
  }
  return saccades;
}

}  // namespace flowtalk::evaluate
