// How a head is turned, as three angles, and back.
#pragma once

#include <array>

#include "flowtalk/face/pose.h"

namespace flowtalk::face {

// Degrees. pitch: downwards, yaw: towards the face's left, roll: the crown towards its right.
struct HeadAngles {
  double pitch = 0, yaw = 0, roll = 0;
};

Matrix3 product(const Matrix3& a, const Matrix3& b);

// Of R = R_y(yaw) R_x(pitch) R_z(roll).
HeadAngles angles_of(const Matrix3& rotation);
// The rotation of root and neck together, axis-angle.
HeadAngles angles_of(const std::array<float, 3>& root, const std::array<float, 3>& neck);
Matrix3 rotation_of(const HeadAngles& angles);

}  // namespace flowtalk::face
