// How far a motion is from all that a model has learned of faces.
#pragma once

#include "flowtalk/motion/motion.h"
#include "flowtalk/predict/session.h"

namespace flowtalk::analyse {

// How much of a motion the motion prior cannot show: what its reconstruction misses in the median
// frame (blinks are rare and smoothed away), as a share of the RMS of the larger of the two. Near
// 0: motion like that of training; near 1: no such face, of which densities say nothing.
double prior_error(const predict::Session& session, const motion::Motion& motion);

}  // namespace flowtalk::analyse
