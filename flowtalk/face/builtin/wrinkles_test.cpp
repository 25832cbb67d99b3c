// Creases that come with expressions are deeper than the skin on both sides of them.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "flowtalk/face/expression_axes.h"
#include "flowtalk/face/face.h"

namespace flowtalk::face {
namespace {

struct Spot {
  float x, y;  // mm, in the front view
};
struct Crease {
  std::string_view axis;
  Spot bottom, one_side, other_side;
  float depth_mm;  // at least
};

// How far an axis at its full moves the skin around a spot towards the viewer, mm: the mean of the
// vertices of the face's front, the nearer the heavier.
float forwards(const Face& face, std::string_view axis, Spot spot) {
  const auto name = std::ranges::find(kExpressionAxes, axis);
  EXPECT_NE(name, kExpressionAxes.end()) << axis;
  const int64_t row = (name - kExpressionAxes.begin()) * face.rest.size();
  float sum = 0, weights = 0;
  for (int64_t v = 0; v < face.vertex_count(); ++v) {
    const float dx = 1000 * face.rest[3 * v] - spot.x, dy = 1000 * face.rest[3 * v + 1] - spot.y;
    const bool skin = face.appearance.material[static_cast<size_t>(v)] == Material::kSkin;
    if (!skin || face.rest[3 * v + 2] < 0.03f || dx * dx + dy * dy > 2.5f * 2.5f) continue;
    const float weight = 1 / (0.1f + dx * dx + dy * dy);
    sum += weight * 1000 * face.expression_basis[row + 3 * v + 2];
    weights += weight;
  }
  EXPECT_GT(weights, 0) << axis << " at " << spot.x << " " << spot.y;
  return sum / weights;
}

TEST(Wrinkles, AreDeeperThanTheirSides) {
  const Face& face = builtin_face();
  for (const Crease& c :
       std::array<Crease, 5>{{{"mouthSmileLeft", {27.5f, -56}, {33, -53}, {22, -59}, 0.5f},
                              {"noseSneerLeft", {21.5f, -47}, {27, -44}, {16, -50}, 0.3f},
                              {"browInnerUp", {0, 43.2f}, {0, 39.1f}, {0, 47.3f}, 0.5f},
                              {"browDownLeft", {6, 19}, {1.5f, 19}, {10.5f, 19}, 0.5f},
                              {"cheekSquintLeft", {56.5f, 0.5f}, {55.6f, 3.9f}, {56, -3}, 0.1f}}}) {
    const float sides =
        0.5f * (forwards(face, c.axis, c.one_side) + forwards(face, c.axis, c.other_side));
    EXPECT_LT(forwards(face, c.axis, c.bottom), sides - c.depth_mm) << c.axis;
  }
}

}  // namespace
}  // namespace flowtalk::face
