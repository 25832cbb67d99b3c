// Motion at another frame rate.
#include "flowtalk/motion/resample.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "flowtalk/base/error.h"
#include "flowtalk/motion/motion.h"

namespace flowtalk::motion {
namespace {

using tensor::Tensor;

// The kernel of Catmull and Rom, "A class of local interpolating splines" (1974).
double kernel(double x) {
  x = std::abs(x);
  if (x < 1) return 1 + x * x * (1.5 * x - 2.5);
  if (x < 2) return 2 + x * (-4 + x * (2.5 - 0.5 * x));
  return 0;
}

Track at_steps(const Track& track, int64_t frames, double step) {
  Tensor table = Tensor::zeros({frames, track.width});
  for (int64_t i = 0; i < frames; ++i) {
    float* to = table.data() + i * track.width;
    for (const auto& [row, weight] : frames_at(i, step, track.rows())) {
      const auto from = track.at(row);
      for (size_t k = 0; k < from.size(); ++k) to[k] += static_cast<float>(weight) * from[k];
    }
  }
  return {table, 0, track.width};
}

// Axis-angle vectors that turn on from frame to frame: where a joint passes a half turn the same
// rotation is written from the other side, and between the two lies another.
Track unrolled(const Track& track) {
  constexpr float kTurn = 2 * std::numbers::pi_v<float>;
  Tensor table({track.rows(), track.width});
  for (int64_t t = 0; t < track.rows(); ++t) {
    float* row = table.data() + t * track.width;
    std::ranges::copy(track.at(t), row);
    for (int64_t k = 0; t > 0 && k < track.width; k += 3) {
      float* v = row + k;
      const float* before = v - track.width;
      const float angle = std::hypot(v[0], v[1], v[2]);
      if (angle < 1e-3f) continue;
      float best = INFINITY, by = 1;
      for (const float turns : {0.0f, -kTurn, kTurn}) {
        const float scale = 1 + turns / angle;
        const float away = std::hypot(scale * v[0] - before[0], scale * v[1] - before[1],
                                      scale * v[2] - before[2]);
        if (away >= best) continue;
        best = away;
        by = scale;
      }
      for (int64_t i = 0; i < 3; ++i) v[i] *= by;
    }
  }
  return {table, 0, track.width};
}

}  // namespace

std::vector<WeightedFrame> frames_at(int64_t i, double step, int64_t count) {
  const auto last = static_cast<double>(count - 1);
  const double at = std::min(static_cast<double>(i) * step, last);
  const double stretch = std::max(1.0, step);
  std::vector<WeightedFrame> frames;
  double sum = 0;
  const auto first = static_cast<int64_t>(std::floor(at - 2 * stretch)),
             end = static_cast<int64_t>(std::ceil(at + 2 * stretch));
  for (int64_t k = first; k <= end; ++k) {
    const double weight = kernel((static_cast<double>(k) - at) / stretch);
    if (weight == 0) continue;
    sum += weight;
    frames.push_back({std::clamp<int64_t>(k, 0, count - 1), weight});
  }
  for (WeightedFrame& frame : frames) frame.weight /= sum;
  return frames;
}

int64_t resampled_frames(int64_t frames, double step, Length length) {
  constexpr double kRounding = 1e-6;
  const double exact = static_cast<double>(frames) / step;
  const double whole = length == Length::kWhole ? std::ceil(exact - kRounding) : std::round(exact);
  return std::max<int64_t>(1, static_cast<int64_t>(whole));
}

Motion resample(const Motion& motion, double rate_hz, Length length) {
  if (!(rate_hz > 0 && std::isfinite(rate_hz))) {
    fail("frame rate: expected a number above 0, got {}", rate_hz);
  }
  if (rate_hz == motion.rate_hz) return motion;
  const double step = motion.rate_hz / rate_hz;
  const int64_t frames = resampled_frames(motion.frames(), step, length);
  Motion result = motion;
  result.rate_hz = rate_hz;
  for (Track* joint : {&result.root, &result.neck, &result.jaw, &result.eyes}) {
    if (joint->rows() > 1) *joint = unrolled(*joint);
  }
  for_each_track(result, [&](const char*, Track& track) {
    if (track.rows() > 1) track = at_steps(track, frames, step);
  });
  return result;
}

}  // namespace flowtalk::motion
