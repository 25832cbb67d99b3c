// For tests: the golden FLAME file, whose expressions and jaw are invented, with a jaw that opens
// the mouth and expressions that can make every axis of the built-in head, mixed.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "flowtalk/base/rng.h"
#include "flowtalk/face/builtin_on_flame.h"
#include "flowtalk/face/expression_axes.h"
#include "flowtalk/face/flame_rings.h"
#include "flowtalk/face/golden_flame.h"

namespace flowtalk::face {

struct SpeakingFlame {
  Face face, moved_by_axes;  // the same with the axes themselves
  std::vector<float> mix;    // (50, 50), its own inverse

  // Coefficients of the face that show these values of the axes.
  std::vector<float> expression_of(std::span<const float> axes) const {
    std::vector<float> e(axes.size());
    for (size_t k = 0; k < e.size(); ++k) {
      for (size_t i = 0; i < e.size(); ++i) e[k] += mix[k * e.size() + i] * axes[i];
    }
    return e;
  }
};

// Skin follows the jaw as it does on the built-in head; the hinge is between two points before the
// ears.
inline void give_jaw(Face& face) {
  const Face placed = with_builtin_axes(face);
  const int64_t width = face.rest.size(), joints = face.skinning.dim(1);
  const float* forward =
      placed.expression_basis.data() + static_cast<int64_t>(axis("jawForward")) * width;
  const auto far = [&](int64_t v) {
    return std::hypot(forward[3 * v], forward[3 * v + 1], forward[3 * v + 2]);
  };
  float most = 0;
  for (int64_t v = 0; v < face.vertex_count(); ++v) most = std::max(most, far(v));
  for (int64_t v = 0; v < FlameRings::kSkinEnd; ++v) {
    float* w = face.skinning.data() + v * joints;
    std::fill_n(w, joints, 0.0f);
    w[flame::kJawJoint] = far(v) / most;
    w[flame::kNeck] = 1 - w[flame::kJawJoint];
  }
  float* row = face.joint_regressor.data() + int64_t{flame::kJawJoint} * face.vertex_count();
  std::fill_n(row, face.vertex_count(), 0.0f);
  for (const float x : {-0.06f, 0.06f}) {
    int64_t nearest = 0;
    const auto away = [&](int64_t v) {
      const float* p = face.rest.data() + 3 * v;
      return std::hypot(p[0] - x, p[1], p[2] + 0.02f);
    };
    for (int64_t v = 1; v < FlameRings::kSkinEnd; ++v) {
      if (away(v) < away(nearest)) nearest = v;
    }
    row[nearest] = 0.5f;
  }
  face.pose_basis = {};
}

inline SpeakingFlame speaking_flame() {
  SpeakingFlame made{load_golden_flame("flame_numpy.pkl"), {}, {}};
  give_jaw(made.face);
  made.moved_by_axes = with_builtin_axes(made.face);
  const tensor::Tensor& axes = made.moved_by_axes.expression_basis;
  const int64_t n = axes.dim(0), width = axes.dim(1);
  Rng rng(3);
  std::vector<double> u(static_cast<size_t>(n));
  double square = 0;
  for (double& v : u) v = rng.normal(), square += v * v;
  for (int64_t i = 0; i < n * n; ++i) {
    const double mirrored =
        2 * u[static_cast<size_t>(i / n)] * u[static_cast<size_t>(i % n)] / square;
    made.mix.push_back(static_cast<float>((i / n == i % n ? 1.0 : 0.0) - mirrored));
  }
  made.face.expression_basis = tensor::Tensor::zeros({n, width});
  for (int64_t k = 0; k < n; ++k) {
    for (int64_t i = 0; i < n; ++i) {
      const float share = made.mix[static_cast<size_t>(k * n + i)];
      for (int64_t j = 0; j < width; ++j) {
        made.face.expression_basis[k * width + j] += share * axes[i * width + j];
      }
    }
  }
  return made;
}

}  // namespace flowtalk::face
