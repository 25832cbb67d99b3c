// Where the eyes look, and how the built-in head's axes say it: eyeLookIn, Out, Up and Down of
// either eye, which turn its eyeball and take the lids along. The joints of the eyes
// (motion::Motion::eyes) turn the same eyeballs, so a motion of these axes leaves them at rest.
#pragma once

#include <span>

#include "flowtalk/motion/motion.h"

namespace flowtalk::face {

// How far an eye is turned in its head, radians.
struct EyeTurn {
  float left = 0, up = 0;  // towards the face's left
};

struct Gaze {
  EyeTurn left_eye, right_eye;
};

// What a full axis turns the built-in head's eyes by, radians.
inline constexpr float kLookAside = 0.5f, kLookUp = 0.40f, kLookDown = 0.45f;

// Sets all eight axes of a row (at least the 50 expression values); no axis goes beyond 1.
void look(std::span<float> row, const Gaze& gaze);
// What a row's axes say.
Gaze gaze_of(std::span<const float> row);
// What the joints of the eyes, (6) axis-angle, say of where they look; turns about z do not matter.
Gaze gaze_of_joints(std::span<const float> eyes);
// The joints (6) that look there.
void turn_joints(std::span<float> eyes, const Gaze& gaze);

// Where the eyes of a frame look in the head: by its axes, where they are the built-in head's, and
// by the joints.
Gaze gaze_of(const motion::Motion& motion, int64_t frame);

}  // namespace flowtalk::face
