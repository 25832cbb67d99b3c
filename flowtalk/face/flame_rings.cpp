#include "flowtalk/face/flame_rings.h"

#include <algorithm>
#include <cmath>

#include "flowtalk/face/builtin/vec.h"

namespace flowtalk::face {
namespace {

using builtin::Vec;
constexpr uint32_t kSkinEnd = FlameRings::kSkinEnd;

int part_of(uint32_t vertex) {
  return vertex < kSkinEnd ? 0 : vertex < FlameRings::kLeftEyeEnd ? 1 : 2;
}

bool has_flame_topology(const Face& face) {
  return face.vertex_count() == FlameRings::kVertices &&
         std::all_of(face.triangles.begin(), face.triangles.end(), [](const auto& t) {
           return part_of(t[0]) == part_of(t[1]) && part_of(t[0]) == part_of(t[2]);
         });
}

Vec at(const Face& face, uint32_t v) {
  const float* p = face.rest.data() + 3 * size_t{v};
  return {p[0], p[1], p[2]};
}

// The skin's vertex that is nearest to the middle of an eyeball.
uint32_t pocket_of(const Face& face, uint32_t begin, uint32_t end) {
  Vec centre;
  for (uint32_t v = begin; v < end; ++v) {
    centre += (1 / static_cast<float>(end - begin)) * at(face, v);
  }
  uint32_t nearest = 0;
  for (uint32_t v = 1; v < kSkinEnd; ++v) {
    if (length(at(face, v) - centre) < length(at(face, nearest) - centre)) nearest = v;
  }
  return nearest;
}

}  // namespace

std::optional<FlameRings> flame_rings(const Face& face) {
  if (!has_flame_topology(face)) return std::nullopt;
  FlameRings rings{MeshRings(face.triangles, FlameRings::kVertices), {}, {}, {}};
  auto loops = rings.mesh.open_loops();
  std::erase_if(loops, [](const auto& loop) { return loop.front() >= kSkinEnd; });
  if (loops.size() != 2) return std::nullopt;  // of neck and mouth
  const auto width = [&](const std::vector<uint32_t>& loop) {
    float lo = INFINITY, hi = -INFINITY;
    for (const uint32_t v : loop) {
      lo = std::min(lo, at(face, v).x);
      hi = std::max(hi, at(face, v).x);
    }
    return hi - lo;
  };
  rings.mouth_edge = width(loops[0]) < width(loops[1]) ? loops[0] : loops[1];
  rings.mouth = rings.mesh.rings_from(rings.mouth_edge);
  const uint32_t left = pocket_of(face, kSkinEnd, FlameRings::kLeftEyeEnd),
                 right = pocket_of(face, FlameRings::kLeftEyeEnd, FlameRings::kVertices);
  rings.pocket = {rings.mesh.rings_from({&left, 1}), rings.mesh.rings_from({&right, 1})};
  return rings;
}

}  // namespace flowtalk::face
