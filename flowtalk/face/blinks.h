// Blinks on the lids of the built-in head's axes (eyeBlinkLeft, eyeBlinkRight): made, put over a
// motion, found in a recorded one. FLAME's expression axes have no lids.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "flowtalk/base/rng.h"
#include "flowtalk/motion/motion.h"

namespace flowtalk::face {

// How far each eye is shut by blinks, 0 (as the rest of the face has it) .. 1.
struct Lids {
  float left = 0, right = 0;
};

// The rule of the corpus: (T) lid closure 0..1. A blink begins at random at `hazard_per_s`, three
// times as often where `pause` is 1, at least 0.5 s after the last, and takes 0.1 to 0.19 s. The
// first frames do not depend on how many follow.
std::vector<float> make_blinks(const std::vector<float>& pause, float hazard_per_s, Rng rng);
// The hazard at which draw_blinks gives so many blinks per minute, 0 .. 60.
float blink_hazard(float blinks_per_minute);

// (T) lid closure of a face that blinks `per_minute` times (0 .. 60) and has done so all along: any
// stretch of time, the first second as well, sees its share, and every blink shuts the eyes and
// takes 0.15 to 0.3 s. Else as make_blinks. voice: a number per frame, or fewer; the chance of a
// frame depends on rng and on those up to it, so that two voices do not blink alike, and that it
// can be drawn as they come.
std::vector<float> draw_blinks(int64_t frames, float per_minute, std::span<const int> voice,
                               Rng rng);

// The same a frame at a time, as a voice comes.
class BlinkDraws {
 public:
  BlinkDraws(float per_minute, Rng rng);
  // Lid closure of the next frame, whose number of the voice this is.
  float next(int voice);

 private:
  float per_minute_;
  double hazard_;
  Rng rng_;
  int64_t frame_ = 0;
  double next_free_s_ = 0;
  int64_t first_ = -1;  // frame of the last blink that began
  double duration_ = 0;
};

// Shuts the eyes of one frame (at least the 50 expression values): lids to at least their closure;
// wide and squinting eyes give way.
void blink(std::span<float> row, Lids lids);
// The same, measured at the lids of the built-in head: at a closure of 1 the margins meet, whatever
// else lifts them; eyeBlink may be a little above 1.
void blink_shut(std::span<float> row, Lids lids);

// What shuts the eyes in a recorded motion for a while, per frame, as blink_shut takes it: 0
// outside blinks and winks, in one the recorded lid, let down to 0 at its ends. Lids that hang low
// all the time belong to the expression and are not among it.
std::vector<Lids> find_blinks(const motion::Motion& motion);

// How often both eyes fall shut in a motion.
int64_t count_blinks(const motion::Motion& motion);

}  // namespace flowtalk::face
