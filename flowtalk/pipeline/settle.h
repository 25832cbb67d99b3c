// A recording that was cut within a word would begin and end a film with an open mouth.
#pragma once

#include "flowtalk/motion/motion.h"

namespace flowtalk::pipeline {

// The motion with its mouth shut in the first and the last frame and let go over `seconds` (less in
// a motion of less than two of them). On the built-in head's axes jaw and what parts the lips come
// to rest, and the emotion stays; FLAME's components mix the two, so all of the expression does.
motion::Motion settled(const motion::Motion& motion, double seconds);

}  // namespace flowtalk::pipeline
