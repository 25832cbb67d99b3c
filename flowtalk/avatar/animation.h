// An avatar's own file, with a motion in it.
#pragma once

#include <string>

#include "flowtalk/avatar/avatar.h"
#include "flowtalk/motion/motion.h"

namespace flowtalk::avatar {

// The bytes of a .glb: all of the avatar's file, with one animation of weights and bones in the
// place of those that it had. Counts what of ARKit's shapes is cut to 0..1. Error: a motion without
// frames or of FLAME's axes; 4 GiB or more.
std::string animated(const Avatar& avatar, const motion::Motion& motion, arkit::Gain gain,
                     arkit::Cut& cut);

}  // namespace flowtalk::avatar
