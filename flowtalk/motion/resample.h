// How frames at one rate follow from frames at another; resample() of motion/motion.h does it to a
// motion, others to what they have per frame.
#pragma once

#include <cstdint>
#include <vector>

#include "flowtalk/motion/motion.h"

namespace flowtalk::motion {

struct WeightedFrame {
  int64_t frame;
  double weight;
};

// What frame i of the result is made of, where each of its frames is `step` frames of the `count`
// that there are: cubic between frames (Catmull-Rom), stretched where step is above 1, so that what
// is too fast for the lower rate goes and does not fold; the first and the last frame are held.
// Weights sum to 1.
std::vector<WeightedFrame> frames_at(int64_t i, double step, int64_t count);

// How many frames of `step` there are in so many, at least 1.
int64_t resampled_frames(int64_t frames, double step, Length length = Length::kNearest);

}  // namespace flowtalk::motion
