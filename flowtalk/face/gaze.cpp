#include "flowtalk/face/gaze.h"

#include <algorithm>
#include <cmath>

#include "flowtalk/face/expression_axes.h"
#include "flowtalk/face/pose.h"

namespace flowtalk::face {
namespace {

struct EyeAxes {
  size_t up, down, right, left;  // right and left of the face
};
constexpr EyeAxes kLeft{axis("eyeLookUpLeft"), axis("eyeLookDownLeft"), axis("eyeLookInLeft"),
                        axis("eyeLookOutLeft")};
constexpr EyeAxes kRight{axis("eyeLookUpRight"), axis("eyeLookDownRight"), axis("eyeLookOutRight"),
                         axis("eyeLookInRight")};

float share(float angle, float full) { return std::clamp(angle / full, 0.0f, 1.0f); }

void look(std::span<float> row, const EyeAxes& axes, EyeTurn turn) {
  row[axes.up] = share(turn.up, kLookUp);
  row[axes.down] = share(-turn.up, kLookDown);
  row[axes.left] = share(turn.left, kLookAside);
  row[axes.right] = share(-turn.left, kLookAside);
}

EyeTurn turn_of(std::span<const float> row, const EyeAxes& axes) {
  return {kLookAside * (row[axes.left] - row[axes.right]),
          kLookUp * row[axes.up] - kLookDown * row[axes.down]};
}

EyeTurn turn_of_joint(std::span<const float> axis_angle) {
  const Matrix3 r = rotation({axis_angle[0], axis_angle[1], axis_angle[2]});
  const double x = r[2], y = r[5], z = r[8];  // where the eye's z axis goes
  return {static_cast<float>(std::atan2(x, z)),
          static_cast<float>(std::asin(std::clamp(y, -1., 1.)))};
}

// First up, then to the side about the head's own vertical axis: R_y(left) R_x(-up).
void turn_joint(std::span<float> to, EyeTurn turn) {
  const double cy = std::cos(turn.left / 2), sy = std::sin(turn.left / 2);
  const double cx = std::cos(turn.up / 2), sx = -std::sin(turn.up / 2);
  const double w = cy * cx, x = cy * sx, y = sy * cx, z = -sy * sx;
  const double length = std::sqrt(x * x + y * y + z * z);
  const double scale = length > 1e-12 ? 2 * std::atan2(length, w) / length : 2;
  to[0] = static_cast<float>(scale * x);
  to[1] = static_cast<float>(scale * y);
  to[2] = static_cast<float>(scale * z);
}

}  // namespace

void look(std::span<float> row, const Gaze& gaze) {
  look(row, kLeft, gaze.left_eye);
  look(row, kRight, gaze.right_eye);
}

Gaze gaze_of(std::span<const float> row) { return {turn_of(row, kLeft), turn_of(row, kRight)}; }

Gaze gaze_of_joints(std::span<const float> eyes) {
  return {turn_of_joint(eyes.first(3)), turn_of_joint(eyes.subspan(3, 3))};
}

void turn_joints(std::span<float> eyes, const Gaze& gaze) {
  turn_joint(eyes.first(3), gaze.left_eye);
  turn_joint(eyes.subspan(3, 3), gaze.right_eye);
}

Gaze gaze_of(const motion::Motion& motion, int64_t frame) {
  Gaze gaze;
  const auto row = motion.expression.at(frame);
  if (motion.axes == motion::Axes::kBuiltin && row.size() >= kExpressionAxes.size()) {
    gaze = gaze_of(row);
  }
  if (motion.eyes.empty()) return gaze;
  const Gaze joints = gaze_of_joints(motion.eyes.at(frame));
  gaze.left_eye.left += joints.left_eye.left;
  gaze.left_eye.up += joints.left_eye.up;
  gaze.right_eye.left += joints.right_eye.left;
  gaze.right_eye.up += joints.right_eye.up;
  return gaze;
}

}  // namespace flowtalk::face
