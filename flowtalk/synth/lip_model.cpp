#include "flowtalk/synth/lip_model.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "flowtalk/base/error.h"
#include "flowtalk/face/expression_axes.h"
#include "flowtalk/motion/layout.h"

namespace flowtalk::synth {

LipModel::LipModel(const face::Face& face) {
  const face::Deformer deformer(face);
  std::vector<float> vertices(static_cast<size_t>(face.vertex_count() * 3));
  const auto measure = [&](float jaw, size_t axis, float value) {
    std::array<float, motion::kLiveExpression> expression{};
    expression[axis] = value;
    deformer.vertices({.shape = {}, .expression = expression, .jaw = {jaw, 0, 0}}, vertices);
    return face::lip_gap(face, vertices);
  };
  for (size_t i = 0; i <= kSteps; ++i) {
    const float jaw = kLowestJaw + (kHighestJaw - kLowestJaw) * static_cast<float>(i) / kSteps;
    by_jaw_[i] = measure(jaw, 0, 0.0f);
  }
  constexpr float kTypicalJaw = 0.1f;
  const float open = measure(kTypicalJaw, 0, 0.0f);
  for (size_t a = 0; a < by_axis_.size(); ++a) {
    by_axis_[a] = measure(kTypicalJaw, a, 1.0f) - open;
  }
  FT_CHECK(by_axis_[face::axis("mouthClose")] < -1e-3f, "mouthClose does not close the lips");
}

float LipModel::gap(std::span<const float> frame) const {
  const float jaw = std::clamp(frame[motion::kJawAt], kLowestJaw, kHighestJaw);
  const float at = (jaw - kLowestJaw) / (kHighestJaw - kLowestJaw) * kSteps;
  const auto cell = std::min(static_cast<size_t>(at), static_cast<size_t>(kSteps - 1));
  const float part = at - static_cast<float>(cell);
  float gap = by_jaw_[cell] * (1 - part) + by_jaw_[cell + 1] * part;
  for (size_t a = 0; a < by_axis_.size(); ++a) gap += by_axis_[a] * frame[a];
  return gap;
}

void LipModel::close(std::span<float> frame, float closure) const {
  constexpr size_t kClose = face::axis("mouthClose");
  frame[kClose] = 0;
  const float open = std::max(0.0f, gap(frame));
  frame[kClose] = std::clamp(closure * open / -by_axis_[kClose], 0.0f, 1.0f);
}

const LipModel& builtin_lips() {
  static const LipModel model(face::builtin_face());
  return model;
}

}  // namespace flowtalk::synth
