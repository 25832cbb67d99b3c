// When a speaker blinks: at pauses and with large jumps of the gaze rather than at any time, and so
// often as is asked for.
#pragma once

#include "flowtalk/base/rng.h"
#include "flowtalk/perform/heard.h"

namespace flowtalk::perform {

class Blinker {
 public:
  Blinker(double per_minute, Rng rng);
  // How far the lids are shut in the middle of this frame, 0 .. 1. jumped_deg: of the gaze.
  float shut(const Moment& moment, double jumped_deg, Rng rng);

 private:
  bool begins(const Moment& moment, double jumped_deg, Rng& rng);

  // The urge rises by one per blink that is due, and each takes one away, so that early ones, at a
  // pause, make the next ones late.
  double per_frame_, urge_ = 0, threshold_ = 1;
  double since_s_ = 100;  // the last one began
  double scale_ = 1;      // of its duration
};

}  // namespace flowtalk::perform
