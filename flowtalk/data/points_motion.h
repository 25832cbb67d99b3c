// The built-in head moved as the points of a recorded face move: motion of people to learn from.
#pragma once

#include <vector>

#include "flowtalk/data/face_points.h"
#include "flowtalk/motion/motion.h"

namespace flowtalk::data {

struct PointsMotion {
  motion::Motion motion;          // jaw and mouth, at the points' rate; everything else at rest
  std::vector<double> gap_mm;     // (T) between the inner lips, as recorded
  std::vector<double> fitted_mm;  // (T) as the axes have it
};

// Per frame the jaw and thirteen shapes of the mouth, left and right alike, that make seven
// measures of the face: the lips' gap, the chin, the mouth's width, the height of its corners and
// of both lips, how far they are pushed out. Least squares within the axes' bounds, held to rest
// where the measures do not tell; measures are less those of the face at rest. rest: which frames
// are at rest (lips shut, no speech), at least one; (T). The head is held still (still_head.h).
// jaw: radians from rest, (T), where a tracker has told them beside the points; it is then what the
// chin is held to, and the lips make up the gap. Errors: a point that is needed is missing.
PointsMotion motion_of_points(const FacePoints& points, const std::vector<bool>& rest,
                              const std::vector<double>& jaw = {});

}  // namespace flowtalk::data
