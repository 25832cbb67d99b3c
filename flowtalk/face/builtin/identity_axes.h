// The first axes of the shape basis have names; the rest are smooth waves.
#pragma once

#include <cstddef>

namespace flowtalk::face::builtin {

enum Identity : size_t {
  kBreadth,
  kHeight,
  kLength,
  kSize,
  kChinHeight,
  kChinForward,
  kJawAngles,
  kChinBreadth,
  kCheekBones,
  kCheekBonesForward,
  kNoseLength,
  kNoseUpturned,
  kNoseBreadth,
  kNoseBridge,
  kBridgeBreadth,
  kBrowRidge,
  kBrowHeight,
  kForehead,
  kEyesApart,
  kEyesUp,
  kEyesDeep,
  kMouthBreadth,
  kUpperLipFull,
  kLowerLipFull,
  kMouthHeight,
  kCheekFat,
  kNeckGirth,
  kShoulders,
  kLidFold,
  kLarynx,
  kAge,
  kNamed  // how many
};

}  // namespace flowtalk::face::builtin
