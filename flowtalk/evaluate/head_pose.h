// The pose of a head from points on it.
#pragma once

#include <span>
#include <vector>

#include "flowtalk/face/head_angles.h"

namespace flowtalk::evaluate {

using face::angles_of;
using face::HeadAngles;

// Points of a head in one frame, x to the face's left, y up, z towards the viewer, any unit.
using HeadPoints = std::vector<face::Vector3>;

// The angles of every frame against the mean of all: the rotation that brings the mean nearest to
// the frame (least squares; the polar factor of their covariance). Points that do not move with the
// skull do not belong here. FT_CHECK: frames of different numbers of points, fewer than four.
std::vector<HeadAngles> poses_of(std::span<const HeadPoints> frames);

}  // namespace flowtalk::evaluate
