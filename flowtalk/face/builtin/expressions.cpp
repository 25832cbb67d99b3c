// The expression basis: every named motion drawn once, paired ones on the left and mirrored.
#include <string>

#include "flowtalk/base/error.h"
#include "flowtalk/face/builtin/build.h"
#include "flowtalk/face/expression_axes.h"
#include "flowtalk/motion/layout.h"

namespace flowtalk::face::builtin {
namespace {

constexpr float kUnseen = 0.003f;  // mm; smaller movements are left out

struct Found {
  Displacement move;
  bool mirrored;
};

Found find(std::string_view axis) {
  for (const auto motions : {eye_and_brow_motions(), mouth_motions()}) {
    for (const NamedMotion& m : motions) {
      if (axis == m.name) return {m.move, false};
      if (axis == std::string(m.name) + "Left") return {m.move, false};
      if (axis == std::string(m.name) + "Right") return {m.move, true};
    }
  }
  FT_CHECK(false, "no motion for the axis {}", axis);
}

}  // namespace

Vec slide(const Point& point, float dx, float dy, float out) {
  const Vec n = point.normal;
  const float dz = -(dx * n.x + dy * n.y) / std::max(n.z, 0.5f);
  return Vec{dx, dy, dz} + out * n;
}

tensor::Tensor expression_basis(const HeadMesh& mesh) {
  const size_t count = mesh.points.size();
  tensor::Tensor basis =
      tensor::Tensor::zeros({motion::kLiveExpression, static_cast<int64_t>(count) * 3});
  std::vector<Vec> offsets(count);
  for (size_t axis = 0; axis < kExpressionAxes.size(); ++axis) {
    const Found found = find(kExpressionAxes[axis]);
    for (size_t i = 0; i < count; ++i) {
      const Point& point = mesh.points[i];
      const bool still = point.part == Part::kHair || point.part == Part::kEar;
      if (point.anchor < 0 && !still) offsets[i] = found.move(mesh.points[i]);
    }
    for (size_t i = 0; i < count; ++i) {
      const Point& point = mesh.points[i];
      if (point.anchor >= 0) offsets[i] = point.fade * offsets[static_cast<size_t>(point.anchor)];
    }
    for (Vec& d : offsets) {
      if (dot(d, d) < kUnseen * kUnseen) d = {};
    }
    float* row = basis.data() + static_cast<int64_t>(axis * count) * 3;
    for (size_t i = 0; i < count; ++i) {
      const Vec d = kMetre * (found.mirrored ? mirrored(offsets[mesh.mirror[i]]) : offsets[i]);
      row[3 * i] = d.x;
      row[3 * i + 1] = d.y;
      row[3 * i + 2] = d.z;
    }
  }
  return basis;
}

}  // namespace flowtalk::face::builtin
