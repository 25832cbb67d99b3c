// The humanoid of VRM 1.0: the bones that it must have, and the neck, standing as a T.
#pragma once

#include <array>

namespace flowtalk::avatar {

struct HumanBone {
  const char* name;
  int parent;               // in kHumanoid; -1: none
  std::array<float, 3> at;  // metres above the ground, of one who faces +z
};
// Parents first.
inline constexpr std::array kHumanoid{HumanBone{"hips", -1, {0, 1, 0}},
                                      HumanBone{"spine", 0, {0, 1.1f, 0}},
                                      HumanBone{"neck", 1, {0, 1.45f, 0}},
                                      HumanBone{"head", 2, {0, 1.55f, 0}},
                                      HumanBone{"leftUpperArm", 1, {0.18f, 1.35f, 0}},
                                      HumanBone{"leftLowerArm", 4, {0.45f, 1.35f, 0}},
                                      HumanBone{"leftHand", 5, {0.7f, 1.35f, 0}},
                                      HumanBone{"rightUpperArm", 1, {-0.18f, 1.35f, 0}},
                                      HumanBone{"rightLowerArm", 7, {-0.45f, 1.35f, 0}},
                                      HumanBone{"rightHand", 8, {-0.7f, 1.35f, 0}},
                                      HumanBone{"leftUpperLeg", 0, {0.09f, 0.9f, 0}},
                                      HumanBone{"leftLowerLeg", 10, {0.09f, 0.5f, 0}},
                                      HumanBone{"leftFoot", 11, {0.09f, 0.08f, 0}},
                                      HumanBone{"rightUpperLeg", 0, {-0.09f, 0.9f, 0}},
                                      HumanBone{"rightLowerLeg", 13, {-0.09f, 0.5f, 0}},
                                      HumanBone{"rightFoot", 14, {-0.09f, 0.08f, 0}}};

}  // namespace flowtalk::avatar
