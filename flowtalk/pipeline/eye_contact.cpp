#include "flowtalk/pipeline/eye_contact.h"

#include <algorithm>
#include <cmath>

#include "flowtalk/face/expression_axes.h"

namespace flowtalk::pipeline {
namespace {

using face::axis;

// An eye whose two axes are given, the one that turns it to the face's left first.
void turn(std::span<float> expression, size_t to_left, size_t to_right, float yaw) {
  const float at = expression[to_left] - expression[to_right] + yaw / face::kLookAside;
  expression[to_left] = std::max(at, 0.0f);
  expression[to_right] = std::max(-at, 0.0f);
}

}  // namespace

face::FaceFrame EyeContact::turned(face::FaceFrame frame, const face::Face& face, float yaw) {
  if (yaw == 0 || std::abs(yaw) > kContactYaw) return frame;
  if (face.axes != motion::Axes::kBuiltin) {
    frame.left_eye[1] += yaw;
    frame.right_eye[1] += yaw;
    return frame;
  }
  const size_t given = std::min(frame.expression.size(), expression_.size());
  expression_.fill(0);
  std::copy_n(frame.expression.begin(), given, expression_.begin());
  turn(expression_, axis("eyeLookOutLeft"), axis("eyeLookInLeft"), yaw);
  turn(expression_, axis("eyeLookInRight"), axis("eyeLookOutRight"), yaw);
  frame.expression = expression_;
  return frame;
}

}  // namespace flowtalk::pipeline
