// Points of a recorded face as on a head that does not move.
#pragma once

#include "flowtalk/data/face_points.h"

namespace flowtalk::data {

// Every frame turned, moved and scaled so that the corners of the eyes, the bridge and the tip of
// the nose lie where the clip has them at the median (B. Horn, Closed-form solution of absolute
// orientation using unit quaternions, 1987); upright, and as large as the built-in head.
// (T, N, 3) mm: x to the right of the picture, y up, z towards the viewer. Error: a point is
// missing.
tensor::Tensor still_points(const FacePoints& points);

}  // namespace flowtalk::data
