// From where a head is and where it looks to how its eyes are turned in it: towards one point, so
// that they converge on what is near and hold it while the head turns (vestibulo-ocular reflex).
#pragma once

#include "flowtalk/face/gaze.h"
#include "flowtalk/face/head_angles.h"
#include "flowtalk/perform/gaze.h"
#include "flowtalk/perform/head.h"

namespace flowtalk::perform {

inline constexpr double kViewer_m = 0.9;

using face::product;
face::Matrix3 rotation_of(const Angles& angles);  // as face/head_angles.h has it
face::Matrix3 transposed(const face::Matrix3& a);

// How a head stands: root and neck turn about their joints, then it is moved, metres.
struct Stance {
  face::Matrix3 root{1, 0, 0, 0, 1, 0, 0, 0, 1}, neck{1, 0, 0, 0, 1, 0, 0, 0, 1};
  face::Vector3 moved{};
};

// The eyes look at the point kViewer_m away that lies in this direction of the head at rest. They
// turn by at most 0.49 to the sides, 0.36 up and 0.42 down, as far as the axes of the built-in head
// go.
face::Gaze eyes_on(const Direction& direction, const Stance& stance);

}  // namespace flowtalk::perform
