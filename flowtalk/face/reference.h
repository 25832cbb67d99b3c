// The definition of a posed face, written plainly and computed in double precision: what the fast
// Deformer is measured against.
#pragma once

#include "flowtalk/face/pose.h"

namespace flowtalk::face {

struct PosedFace {
  std::vector<double> vertices;  // V*3, metres
  Joints joints{};               // posed, before the translation
};

// frame.shape counts. Shape and expression move the rest mesh; the joints are regressed from that
// mesh; correctives are added; every vertex follows its joints; the translation comes last.
PosedFace pose_plainly(const Face& face, const FaceFrame& frame);

}  // namespace flowtalk::face
