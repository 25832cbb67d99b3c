// The performer: a predicted motion with a head that moves, eyes that look, lids that blink and a
// chest that breathes, drawn by the voice, a seed and a take. Mouth, jaw and brows stay as they
// are.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "flowtalk/motion/motion.h"
#include "flowtalk/perform/eyes.h"
#include "flowtalk/perform/gaze.h"
#include "flowtalk/perform/head.h"
#include "flowtalk/perform/heard.h"
#include "flowtalk/perform/lids.h"
#include "flowtalk/perform/temper.h"

namespace flowtalk::perform {

inline constexpr double kMostLively = 2;

// How much of each: 0 none, 1 as a person who talks to somebody.
struct Amounts {
  double head = 1, gaze = 1, breath = 1;
  double blinks_per_minute = 0;
};

// Whose chance it is: the same address gives the same performance.
struct Address {
  uint64_t seed = 0;
  uint32_t take = 0;
  std::string who;  // of several faces that speak with one voice
};

// One frame of a performance.
struct Pose {
  Stance stance;
  face::Gaze gaze;
  float lids = 0;  // how far shut by blinks
};

// What a pose makes of a frame of a face.
struct PosedFrame {
  std::array<float, 3> root{}, neck{}, translation{};  // axis-angle; metres
  std::array<float, 6> eyes{};                         // the joints
};
// expression: of the built-in head's axes, of which lids follow, and with `gaze` eyeLook; or none.
PosedFrame put_on(const Pose& pose, bool gaze, std::span<float> expression);

// Performs frame by frame, with no more than the moments that were told.
class Performer {
 public:
  Performer(const Amounts& amounts, const Address& address);
  Pose perform(const Moment& moment, const Temper& temper);

 private:
  Stance stance_of(const HeadMove& move) const;

  Amounts amounts_;
  Rng chance_;  // hangs on what was heard so far
  Head head_;
  Look look_;
  Blinker blinker_;
};

// A motion at 25 frames per second, performed to its voice. tempers: one, or one per frame. On the
// built-in head's axes the eyes are turned by eyeLook, and the joints of the eyes are left at rest,
// as the same eyeballs would be turned twice; on FLAME's by those joints, and there are no lids.
// The gaze of the motion gives way where amounts.gaze > 0, its root, neck and translation where the
// head moves or breathes. The first frames do not depend on how many follow, but for kLookAhead.
motion::Motion performed(const motion::Motion& motion, const std::vector<Sound>& voice,
                         std::span<const Temper> tempers, const Amounts& amounts,
                         const Address& address);

}  // namespace flowtalk::perform
