// The 50 expression axes of the built-in head, named after the ARKit blendshapes they move.
// ARKit has 52: jawOpen is the jaw joint here (pose, not expression), and jawRight is the negative
// half of jawLeft. A coefficient of 1 is the full ARKit shape. Left and right are the face's own.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "flowtalk/motion/layout.h"

namespace flowtalk::face {

inline constexpr std::array<std::string_view, 50> kExpressionAxes = {
    "eyeBlinkLeft",        "eyeBlinkRight",
    "eyeSquintLeft",       "eyeSquintRight",
    "eyeWideLeft",         "eyeWideRight",
    "eyeLookUpLeft",       "eyeLookUpRight",
    "eyeLookDownLeft",     "eyeLookDownRight",
    "eyeLookInLeft",       "eyeLookInRight",
    "eyeLookOutLeft",      "eyeLookOutRight",
    "browDownLeft",        "browDownRight",
    "browInnerUp",         "browOuterUpLeft",
    "browOuterUpRight",    "cheekPuff",
    "cheekSquintLeft",     "cheekSquintRight",
    "noseSneerLeft",       "noseSneerRight",
    "jawForward",          "jawLeft",
    "mouthClose",          "mouthFunnel",
    "mouthPucker",         "mouthLeft",
    "mouthRight",          "mouthSmileLeft",
    "mouthSmileRight",     "mouthFrownLeft",
    "mouthFrownRight",     "mouthDimpleLeft",
    "mouthDimpleRight",    "mouthStretchLeft",
    "mouthStretchRight",   "mouthRollLower",
    "mouthRollUpper",      "mouthShrugLower",
    "mouthShrugUpper",     "mouthPressLeft",
    "mouthPressRight",     "mouthLowerDownLeft",
    "mouthLowerDownRight", "mouthUpperUpLeft",
    "mouthUpperUpRight",   "tongueOut"};
static_assert(kExpressionAxes.size() == motion::kLiveExpression);

// Radians of jaw pitch that stand for ARKit's jawOpen of 1: as far as ICT-FaceKit's turns the lower
// teeth (25.3 degrees).
inline constexpr float kJawOpen = 0.442f;
// As a share of it, the opening that mouthClose of 1 closes on the built-in head, where ARKit's
// closes all of it. Measured: 0.589 of an opening of 0.1 rad, 0.580 of 0.25, 0.559 of 0.442.
inline constexpr float kClosedJaw = 0.577f;
// jawLeft that moves the built-in head's chin as far to the side as a radian of jaw yaw: 83 mm.
inline constexpr float kJawTurnLeft = 11.9f;

// Index of an axis known at compile time: axis("browInnerUp"). A wrong name does not compile.
consteval size_t axis(std::string_view name) {
  for (size_t i = 0; i < kExpressionAxes.size(); ++i) {
    if (kExpressionAxes[i] == name) return i;
  }
  throw "no such expression axis";
}

}  // namespace flowtalk::face
