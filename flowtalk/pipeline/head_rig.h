// A head that other programs can move: meshes at rest, morph targets with their weights over time,
// and joints.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "flowtalk/pipeline/export.h"

namespace flowtalk::pipeline {

// One shape that is added to the whole mesh.
struct MorphTarget {
  std::string name;
  std::vector<float> offsets;  // (V, 3) metres at a weight of 1
};

struct HeadRig {
  std::vector<float> rest;           // (V, 3) metres
  std::vector<MorphTarget> targets;  // M
  tensor::Tensor weights;            // (T, M); empty without a motion
  // Joints, parents first, and which of FLAME's each is; what hangs on others follows the nearest
  // that is here.
  std::vector<flame::Joint> joints;
  std::vector<int> parents;                  // -1: none
  std::vector<std::array<float, 3>> places;  // at rest
  std::vector<float> skinning;               // (V, joints), rows sum to 1
};

// Of the built-in head, by options.rig. Rig::kMorphs: ARKit's 52 shapes; the jaw is a morph, too.
// Rig::kSkin: the head's own 50 axes, its jaw and eyes as joints, and what the jaw's turn adds.
// Says what ARKit's shapes cut. Error: a face or a motion of FLAME's axes; a shape that changes.
HeadRig rig_of(const Scene& scene, const Reporter& reporter);

}  // namespace flowtalk::pipeline
