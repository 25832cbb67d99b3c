// The 52 shapes of ARKit's faces: their names, the orders in which programs list them, and which
// belong together. Left and right are the face's own. Values are 0..1.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace flowtalk::arkit {

inline constexpr size_t kShapes = 52;

// In the order of Live Link's packets (Unreal's EARFaceBlendShape). An index into this list is how
// the program counts them.
inline constexpr std::array<std::string_view, kShapes> kNames{
    "eyeBlinkLeft",      "eyeLookDownLeft",    "eyeLookInLeft",
    "eyeLookOutLeft",    "eyeLookUpLeft",      "eyeSquintLeft",
    "eyeWideLeft",       "eyeBlinkRight",      "eyeLookDownRight",
    "eyeLookInRight",    "eyeLookOutRight",    "eyeLookUpRight",
    "eyeSquintRight",    "eyeWideRight",       "jawForward",
    "jawLeft",           "jawRight",           "jawOpen",
    "mouthClose",        "mouthFunnel",        "mouthPucker",
    "mouthLeft",         "mouthRight",         "mouthSmileLeft",
    "mouthSmileRight",   "mouthFrownLeft",     "mouthFrownRight",
    "mouthDimpleLeft",   "mouthDimpleRight",   "mouthStretchLeft",
    "mouthStretchRight", "mouthRollLower",     "mouthRollUpper",
    "mouthShrugLower",   "mouthShrugUpper",    "mouthPressLeft",
    "mouthPressRight",   "mouthLowerDownLeft", "mouthLowerDownRight",
    "mouthUpperUpLeft",  "mouthUpperUpRight",  "browDownLeft",
    "browDownRight",     "browInnerUp",        "browOuterUpLeft",
    "browOuterUpRight",  "cheekPuff",          "cheekSquintLeft",
    "cheekSquintRight",  "noseSneerLeft",      "noseSneerRight",
    "tongueOut"};

// Index of a name known at compile time: shape("jawOpen"). A wrong name does not compile.
consteval size_t shape(std::string_view name) {
  for (size_t i = 0; i < kShapes; ++i) {
    if (kNames[i] == name) return i;
  }
  throw "no such shape";
}

// Index of "jawOpen" or "JawOpen"; nothing for another word.
std::optional<size_t> find_shape(std::string_view name);
// "JawOpen": the same name as Unreal, Live Link Face and VRChat spell it.
std::string pascal(std::string_view name);
// "jawOpen" of "JawOpen".
std::string camel(std::string_view name);
// The name in kNames that a program means: "JawOpen", "eyeBlink_L", "mouthSmile_right". Other words
// stay as they are but for their first letter.
std::string canonical(std::string_view name);

// Which shape stands in which place of a list.
using Order = std::array<size_t, kShapes>;

// Columns of the files of Live Link Face, which have the right side of jaw and mouth first.
inline constexpr Order kCsvOrder = [] {
  Order order{};
  for (size_t i = 0; i < kShapes; ++i) order[i] = i;
  std::swap(order[shape("jawLeft")], order[shape("jawRight")]);
  std::swap(order[shape("mouthLeft")], order[shape("mouthRight")]);
  return order;
}();

// By name: BEAT2, LAM, ARKit's own list.
inline constexpr Order kAlphabetical = [] {
  Order order{};
  for (size_t i = 0; i < kShapes; ++i) order[i] = i;
  std::sort(order.begin(), order.end(), [](size_t a, size_t b) { return kNames[a] < kNames[b]; });
  return order;
}();

// MediaPipe's face landmarker: "_neutral", then 51 by name; it does not see the tongue.
inline constexpr std::string_view kNeutral = "_neutral";
inline constexpr std::array<std::string_view, kShapes> kMediaPipeNames = [] {
  std::array<std::string_view, kShapes> names{kNeutral};
  for (size_t i = 1; i < kShapes; ++i) names[i] = kNames[kAlphabetical[i - 1]];
  return names;
}();

// The shape of the other side, for left and right in names as well as in directions (jawLeft);
// itself where there is none. A mirrored face swaps the values of partners, and what is true of
// looks: eyeLookIn stays eyeLookIn.
inline constexpr Order kPartner = [] {
  constexpr std::string_view kLeft = "Left", kRight = "Right";
  Order partner{};
  for (size_t i = 0; i < kShapes; ++i) {
    partner[i] = i;
    const bool left = kNames[i].ends_with(kLeft);
    if (!left && !kNames[i].ends_with(kRight)) continue;
    const auto stem = kNames[i].substr(0, kNames[i].size() - (left ? kLeft : kRight).size());
    for (size_t k = 0; k < kShapes; ++k) {
      if (k != i && kNames[k].starts_with(stem) &&
          kNames[k].substr(stem.size()) == (left ? kRight : kLeft)) {
        partner[i] = k;
      }
    }
  }
  return partner;
}();

// Shapes that undo each other; no face shows both.
inline constexpr std::array<std::pair<size_t, size_t>, 10> kOpposites{{
    {shape("jawLeft"), shape("jawRight")},
    {shape("mouthLeft"), shape("mouthRight")},
    {shape("eyeLookInLeft"), shape("eyeLookOutLeft")},
    {shape("eyeLookInRight"), shape("eyeLookOutRight")},
    {shape("eyeLookUpLeft"), shape("eyeLookDownLeft")},
    {shape("eyeLookUpRight"), shape("eyeLookDownRight")},
    {shape("eyeBlinkLeft"), shape("eyeWideLeft")},
    {shape("eyeBlinkRight"), shape("eyeWideRight")},
    {shape("mouthSmileLeft"), shape("mouthFrownLeft")},
    {shape("mouthSmileRight"), shape("mouthFrownRight")},
}};

// What Live Link adds to the shapes: turns of head and eyes, radians. Yaw is towards the person's
// right, pitch downwards: so it is of the eyes, by recordings. No recording tells it of the head;
// it is taken to be alike, with the crown towards the person's right as roll.
inline constexpr std::array<std::string_view, 9> kTurnNames{
    "HeadYaw",     "HeadPitch",   "HeadRoll",      "LeftEyeYaw",  "LeftEyePitch",
    "LeftEyeRoll", "RightEyeYaw", "RightEyePitch", "RightEyeRoll"};

}  // namespace flowtalk::arkit
