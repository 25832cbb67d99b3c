// What a morph target, an expression or a bone of somebody's avatar is for, by its name. Programs
// spell the same names in many ways: jawOpen, JawOpen, jaw_open, head.jawOpen, A25_Jaw_Open.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "flowtalk/arkit/names.h"
#include "flowtalk/arkit/presets.h"
#include "flowtalk/arkit/visemes.h"

namespace flowtalk::avatar {

// What can be driven, counted through: ARKit's shapes, visemes, five vowels, four moods, and words
// for several of ARKit's shapes together.
enum class Group : uint8_t { kArkit, kViseme, kVowel, kMood, kTogether };
inline constexpr size_t kVowels = 5, kMoods = 4;

// Names that stand for the mean of some shapes, where an avatar has none of those by themselves.
struct Together {
  std::string_view name;
  std::array<size_t, 2> shapes;
};
inline constexpr std::array<Together, 7> kTogether{{
    {"blink", {arkit::shape("eyeBlinkLeft"), arkit::shape("eyeBlinkRight")}},
    {"mouthOpen", {arkit::shape("jawOpen"), arkit::shape("jawOpen")}},
    {"mouthSmile", {arkit::shape("mouthSmileLeft"), arkit::shape("mouthSmileRight")}},
    {"lookUp", {arkit::shape("eyeLookUpLeft"), arkit::shape("eyeLookUpRight")}},
    {"lookDown", {arkit::shape("eyeLookDownLeft"), arkit::shape("eyeLookDownRight")}},
    {"lookLeft", {arkit::shape("eyeLookOutLeft"), arkit::shape("eyeLookInRight")}},
    {"lookRight", {arkit::shape("eyeLookInLeft"), arkit::shape("eyeLookOutRight")}},
}};

inline constexpr size_t kFirstViseme = arkit::kShapes,
                        kFirstVowel = kFirstViseme + arkit::kVisemeNames.size(),
                        kFirstMood = kFirstVowel + kVowels, kFirstTogether = kFirstMood + kMoods,
                        kChannels = kFirstTogether + kTogether.size();
inline constexpr size_t kBlinkBoth = kFirstTogether, kMouthOpen = kFirstTogether + 1;
Group group_of(size_t channel);
std::string_view channel_name(size_t channel);

// Which channel a name says; nothing for a name that says none.
std::optional<size_t> channel_of(std::string_view name);
// Whether it says one of ARKit's shapes in the words of another list: blinkLeft, Fcl_EYE_Close_L.
// Avatars that have ARKit's own beside it are moved by that one alone.
bool stands_in(std::string_view name);
// Which half of its channel it says, as ICT-FaceKit has browInnerUp_L: 1 the left, 2 the right; 0:
// the whole, or nothing.
int side_of(std::string_view name);

// Bones that turn with a face.
enum class Bone : uint8_t { kNeck, kHead, kJaw, kLeftEye, kRightEye, kBody };
inline constexpr std::array kBoneNames{"neck", "head", "jaw", "leftEye", "rightEye", "body"};
// Of a node's name: "Head", "mixamorig:Head", "CC_Base_L_Eye"; nothing for any other.
std::optional<Bone> bone_of(std::string_view name);

}  // namespace flowtalk::avatar
