// The layout of FLAME parameters in files and in the model: one list for every room.
#pragma once

#include <cstdint>

namespace flowtalk::flame {

inline constexpr int64_t kShape = 300;          // identity coefficients
inline constexpr int64_t kExpression = 100;     // expression coefficients in a 403-wide file
inline constexpr int64_t kLiveExpression = 50;  // those that the model learns
inline constexpr int64_t kJaw = 3;              // jaw pose, axis-angle, radians
inline constexpr int64_t kWide = kShape + kExpression + kJaw;        // 403, 3DMEAD files
inline constexpr int64_t kNarrow = kShape + kLiveExpression + kJaw;  // 353
inline constexpr int64_t kMotion = kLiveExpression + kJaw;           // 53, what the model predicts
inline constexpr int64_t kJawAt = kLiveExpression;  // where the jaw stands in a 53-wide frame
inline constexpr int kFps = 25;                     // motion frames per second
inline constexpr int kAudioHz = 16000;              // samples per second of all speech inside

// Joints in FLAME's order; pose is axis-angle per joint.
inline constexpr int64_t kJoints = 5;
enum Joint : int64_t { kRoot = 0, kNeck = 1, kJawJoint = 2, kLeftEye = 3, kRightEye = 4 };

}  // namespace flowtalk::flame
