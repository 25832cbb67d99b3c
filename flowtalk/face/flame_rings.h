// FLAME's topology in rings: around the mouth's edge and around the pocket behind each eye. 5023
// vertices, of which 0..3930 are the skin, 3931..4476 the left eyeball and 4477..5022 the right
// one.
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "flowtalk/face/face.h"
#include "flowtalk/face/mesh_rings.h"

namespace flowtalk::face {

struct FlameRings {
  static constexpr uint32_t kSkinEnd = 3931, kLeftEyeEnd = 4477, kVertices = 5023;
  // Rings from the mouth's edge: 0..4 lie inside, at the fifth the outer sides of the closed lips
  // meet, the eighth is the border of the red.
  static constexpr int kRim = 5, kBorder = 8;
  // Rings from the pocket behind an eyeball: the margin of the lids.
  static constexpr int kMargin = 5;

  MeshRings mesh;
  std::vector<uint32_t> mouth_edge;        // 32, an open edge inside the mouth
  std::vector<int> mouth;                  // ring per vertex; -1: no way leads there
  std::array<std::vector<int>, 2> pocket;  // the same of the left and the right eye
};

// Nothing for a face of another topology.
std::optional<FlameRings> flame_rings(const Face& face);

}  // namespace flowtalk::face
