// FaceFormer (Fan et al., 2022) and the second stage of CodeTalker (Xing et al., 2023), which is a
// FaceFormer over the codes of its first; for BIWI and VOCASET.
#pragma once

#include "flowtalk/foreign/plan.h"

namespace flowtalk::foreign {

Plan plan_face_former(const Published& file, const Choices& choices);
// Both stages, the names of the first behind "autoencoder.".
Plan plan_code_talker(const Published& file, const Choices& choices);

}  // namespace flowtalk::foreign
