// What FLAME parameters a face has, and the rates of the model: one list for every room. How they
// lie in rows is in motion/layout.h.
#pragma once

#include <cstdint>

namespace flowtalk::flame {

inline constexpr int64_t kShape = 300;       // identity coefficients
inline constexpr int64_t kExpression = 100;  // expression coefficients
inline constexpr int64_t kJaw = 3;           // jaw pose, axis-angle, radians
inline constexpr int kFps = 25;              // motion frames per second
inline constexpr int kAudioHz = 16000;       // samples per second of all speech inside

// Joints in FLAME's order; pose is axis-angle per joint.
inline constexpr int64_t kJoints = 5;
enum Joint : int64_t { kRoot = 0, kNeck = 1, kJawJoint = 2, kLeftEye = 3, kRightEye = 4 };

}  // namespace flowtalk::flame
