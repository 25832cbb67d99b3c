// How a head is turned, as three angles; and the pose of a head from points on it.
#pragma once

#include <array>
#include <span>
#include <vector>

#include "flowtalk/face/pose.h"

namespace flowtalk::evaluate {

// Degrees. pitch: downwards, yaw: towards the face's left, roll: the crown towards its right.
struct HeadAngles {
  double pitch = 0, yaw = 0, roll = 0;
};

// Of R = R_y(yaw) R_x(pitch) R_z(roll).
HeadAngles angles_of(const face::Matrix3& rotation);
// The rotation of root and neck together.
HeadAngles angles_of(const std::array<float, 3>& root, const std::array<float, 3>& neck);

// Points of a head in one frame, x to the face's left, y up, z towards the viewer, any unit.
using HeadPoints = std::vector<face::Vector3>;

// The angles of every frame against the mean of all: the rotation that brings the mean nearest to
// the frame (least squares; the polar factor of their covariance). Points that do not move with the
// skull do not belong here. FT_CHECK: frames of different numbers of points, fewer than four.
std::vector<HeadAngles> poses_of(std::span<const HeadPoints> frames);

}  // namespace flowtalk::evaluate
