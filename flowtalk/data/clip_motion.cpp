#include "flowtalk/data/clip_motion.h"

#include "flowtalk/base/error.h"
#include "flowtalk/base/flame_layout.h"
#include "flowtalk/motion/motion_file.h"

namespace flowtalk::data {

motion::Motion load_clip_motion(const Clip& clip, motion::Axes axes) {
  const motion::MotionFile file = motion::open_motion(clip.motion, {.axes = axes});
  if (file.says_axes && file.motion.axes != axes) {
    fail(
        "{}: moves the axes of {}, expected those of {}; say whose they are in the data set's "
        "dataset.json, or leave the file out",
        clip.motion.string(), owner_of(file.motion.axes), owner_of(axes));
  }
  return motion::resample(file.motion, flame::kFps);
}

}  // namespace flowtalk::data
