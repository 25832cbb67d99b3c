// Motion at another frame rate.
#include <algorithm>
#include <cmath>

#include "flowtalk/base/error.h"
#include "flowtalk/motion/motion.h"

namespace flowtalk::motion {
namespace {

using tensor::Tensor;

// Catmull-Rom between b and c, t in [0, 1).
float between(float a, float b, float c, float d, float t) {
  return b + 0.5f * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)));
}

// Frame i of the result shows the moment i * step of the track, in its frames.
Track at_steps(const Track& track, int64_t frames, double step) {
  Track result{Tensor({frames, track.width}), 0, track.width};
  const int64_t last = track.rows() - 1;
  for (int64_t i = 0; i < frames; ++i) {
    const double at = std::min(static_cast<double>(i) * step, static_cast<double>(last));
    const auto before = static_cast<int64_t>(at);
    const auto t = static_cast<float>(at - static_cast<double>(before));
    const auto row = [&](int64_t offset) {
      return track.at(std::clamp<int64_t>(before + offset, 0, last));
    };
    const auto a = row(-1), b = row(0), c = row(1), d = row(2);
    float* to = result.table.data() + i * track.width;
    for (size_t k = 0; k < b.size(); ++k) to[k] = between(a[k], b[k], c[k], d[k], t);
  }
  return result;
}

}  // namespace

Motion resample(const Motion& motion, double rate_hz) {
  if (!(rate_hz > 0 && std::isfinite(rate_hz))) {
    fail("frame rate: expected a number above 0, got {}", rate_hz);
  }
  if (rate_hz == motion.rate_hz) return motion;
  const double step = motion.rate_hz / rate_hz;
  const auto frames =
      std::max<int64_t>(1, std::llround(static_cast<double>(motion.frames()) / step));
  Motion result = motion;
  result.rate_hz = rate_hz;
  for_each_track(result, [&](const char*, Track& track) {
    if (track.rows() > 1) track = at_steps(track, frames, step);
  });
  return result;
}

}  // namespace flowtalk::motion
