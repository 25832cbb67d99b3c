#include "flowtalk/pipeline/settle.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "flowtalk/face/expression_axes.h"

namespace flowtalk::pipeline {
namespace {

using motion::Motion;
using motion::Track;

// Axes that move with the jaw or part the lips.
constexpr size_t kMouth[] = {face::axis("jawForward"),         face::axis("jawLeft"),
                             face::axis("mouthClose"),         face::axis("mouthFunnel"),
                             face::axis("mouthPucker"),        face::axis("mouthStretchLeft"),
                             face::axis("mouthStretchRight"),  face::axis("mouthShrugUpper"),
                             face::axis("mouthLowerDownLeft"), face::axis("mouthLowerDownRight"),
                             face::axis("mouthUpperUpLeft"),   face::axis("mouthUpperUpRight"),
                             face::axis("tongueOut")};

// 0 at the first and the last frame .. 1.
float share_at(int64_t frame, int64_t frames, double ease) {
  const auto away = static_cast<double>(std::min(frame, frames - 1 - frame));
  const double x = std::clamp(away / ease, 0.0, 1.0);
  return static_cast<float>(x * x * (3 - 2 * x));
}

}  // namespace

Motion settled(const Motion& motion, double seconds) {
  const int64_t frames = motion.frames();
  const double ease = std::min(seconds * motion.rate_hz, 0.5 * static_cast<double>(frames - 1));
  if (!(ease > 0)) return motion;
  Motion made = motion;
  const auto scaled = [&](Track& track, const std::vector<size_t>& columns) {
    if (track.rows() < 2) return;  // one row for all frames says nothing of a mouth that speaks
    tensor::Tensor table({track.rows(), track.width});
    for (int64_t t = 0; t < track.rows(); ++t) {
      float* to = table.data() + t * track.width;
      std::ranges::copy(track.at(t), to);
      const float share = share_at(t, frames, ease);
      for (const size_t k : columns) to[k] *= share;
    }
    track = {table, 0, track.width};
  };
  std::vector<size_t> expression(std::begin(kMouth), std::end(kMouth));
  if (motion.axes == motion::Axes::kFlame) {
    expression.resize(static_cast<size_t>(made.expression.width));
    for (size_t k = 0; k < expression.size(); ++k) expression[k] = k;
  }
  std::erase_if(expression,
                [&](size_t k) { return k >= static_cast<size_t>(made.expression.width); });
  scaled(made.expression, expression);
  scaled(made.jaw, {0, 1, 2});
  return made;
}

}  // namespace flowtalk::pipeline
