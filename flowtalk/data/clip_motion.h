// The motion of a clip, whatever kind of file it is in.
#pragma once

#include "flowtalk/data/index.h"
#include "flowtalk/motion/motion.h"

namespace flowtalk::data {

// At the models' rate. Errors: those of motion::open_motion; the file says that it moves other axes
// than `axes`.
motion::Motion load_clip_motion(const Clip& clip, motion::Axes axes);

}  // namespace flowtalk::data
