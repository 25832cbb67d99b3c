// FaceXHuBERT (Haque and Yumak, 2023): a GRU from voice to vertices.
#pragma once

#include "flowtalk/foreign/plan.h"

namespace flowtalk::foreign {

Plan plan_face_xhubert(const Published& file, const Choices& choices);

}  // namespace flowtalk::foreign
