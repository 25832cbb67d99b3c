#include "flowtalk/pipeline/eye_contact.h"

#include <algorithm>
#include <cmath>

#include "flowtalk/face/gaze.h"

namespace flowtalk::pipeline {
namespace {

face::Gaze aside(face::Gaze gaze, float yaw) {
  gaze.left_eye.left += yaw;
  gaze.right_eye.left += yaw;
  return gaze;
}

}  // namespace

face::FaceFrame EyeContact::turned(face::FaceFrame frame, const face::Face& face, float yaw) {
  if (yaw == 0 || std::abs(yaw) > kContactYaw) return frame;
  if (face.axes != motion::Axes::kBuiltin) {
    std::array<float, 6> joints;
    std::copy_n(frame.left_eye.begin(), 3, joints.begin());
    std::copy_n(frame.right_eye.begin(), 3, joints.begin() + 3);
    face::turn_joints(joints, aside(face::gaze_of_joints(joints), yaw));
    std::copy_n(joints.begin(), 3, frame.left_eye.begin());
    std::copy_n(joints.begin() + 3, 3, frame.right_eye.begin());
    return frame;
  }
  const size_t given = std::min(frame.expression.size(), expression_.size());
  expression_.fill(0);
  std::copy_n(frame.expression.begin(), given, expression_.begin());
  face::look(expression_, aside(face::gaze_of(expression_), yaw));
  frame.expression = expression_;
  return frame;
}

}  // namespace flowtalk::pipeline
