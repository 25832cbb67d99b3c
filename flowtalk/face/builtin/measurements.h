// The built-in head in numbers: millimetres, typical of an adult of either sex and rounded; no
// scanned person stands behind them. Origin: midway between the ear canals in depth, pupil height
// in y. x to the face's left, y up, z forward.
#pragma once

#include "flowtalk/face/builtin/vec.h"

namespace flowtalk::face::builtin::measure {

// Eyes: pupils 63 apart, fissure 30 x 10, cornea 12-16 behind the glabella.
inline constexpr Vec kEye{31.5f, 0, 70};
inline constexpr float kEyeballRadius = 12.0f;
inline constexpr float kIrisRadius = 5.9f;
inline constexpr float kVergence = 0.035f;      // radians; both look at a viewer 0.9 m away
inline constexpr float kInnerCanthus = -15.6f;  // x from the eye's centre
inline constexpr float kOuterCanthus = 15.0f;
inline constexpr float kInnerCanthusY = -1.6f;
inline constexpr float kOuterCanthusY = 0.9f;
inline constexpr float kUpperLid = 5.1f;   // margin above the pupil, eye open
inline constexpr float kLowerLid = -5.8f;  // margin below it

// Mouth: breadth 50, upper vermilion 8, lower 9.5.
inline constexpr float kMouthY = -69.8f;
inline constexpr float kMouthHalf = 25.6f;
inline constexpr float kUpperLip = 9.3f;
inline constexpr float kLowerLip = 9.8f;

// Jaw: chin (gnathion) 112 below the pupils, angles 108 apart; hinge in front of the ear canal.
inline constexpr Vec kJawHinge{0, -22, 14.5f};
inline constexpr float kJawGlide = 20;  // the hinge slides forward: per sine of the opening

// Neck: girth about 350, leaning forward as necks do.
inline constexpr float kNeckEnd = -132.0f;
inline constexpr Vec kNeckJoint{0, -105, -18};
inline constexpr Vec kRootJoint{0, -165, -28};

// Ears: 62 high, 35 wide, canal at z = 0, top at brow height.
inline constexpr Vec kEar{76.0f, -24, -14};
inline constexpr float kEarHeight = 64.0f;

}  // namespace flowtalk::face::builtin::measure
