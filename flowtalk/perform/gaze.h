// Where a speaker looks: at a viewer 0.9 m away, from one part of the face to the next, and now and
// then past it, mostly where a phrase begins and where it pauses. Between two places the eyes jump,
// as fast as the main sequence of saccades says.
#pragma once

#include <array>

#include "flowtalk/base/rng.h"
#include "flowtalk/perform/heard.h"
#include "flowtalk/perform/temper.h"

namespace flowtalk::perform {

// Degrees from straight ahead of a head at rest, towards its left and up.
using Direction = std::array<double, 2>;

// How long a saccade of so many degrees takes: 21 ms and 2.2 ms per degree.
double saccade_s(double degrees);

class Look {
 public:
  explicit Look(Rng rng);
  // Where the eyes are directed in the middle of this frame. rng: of this frame.
  Direction look(const Moment& moment, const Temper& temper, Rng rng);
  // How far the jump that began in this frame goes, degrees; 0: there was none.
  double jumped_deg() const { return jumped_deg_; }

 private:
  void decide(const Moment& moment, const Temper& temper, Rng& rng);
  void jump(const Direction& target, double within_s);
  Direction on_viewer(const Temper& temper, Rng& rng) const;
  Direction past_viewer(const Temper& temper, Rng& rng) const;

  Direction from_{}, to_{};
  double jump_s_ = 1, jump_lasts_s_ = 0.02;  // time since it began
  double left_s_;                            // of this fixation
  double jumped_deg_ = 0;
  bool away_ = false, first_ = true;
};

}  // namespace flowtalk::perform
