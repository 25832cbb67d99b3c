#include "flowtalk/render/test_shapes.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

namespace flowtalk::render {

face::Face make_mesh(const std::vector<float>& corners,
                     const std::vector<std::array<uint32_t, 3>>& triangles) {
  face::Face face;
  face.name = "test mesh";
  const auto count = static_cast<int64_t>(corners.size()) / 3;
  face.rest = tensor::Tensor({count, 3}, corners);
  face.triangles = triangles;
  face.appearance.albedo.assign(static_cast<size_t>(count), {0.8f, 0.8f, 0.8f});
  face.appearance.material.assign(static_cast<size_t>(count), face::Material::kSkin);
  return face;
}

face::Face make_sphere(int level, float radius_m, face::Material material) {
  const float g = (1 + std::sqrt(5.0f)) / 2;
  std::vector<std::array<float, 3>> at = {{-1, g, 0}, {1, g, 0}, {-1, -g, 0}, {1, -g, 0},
                                          {0, -1, g}, {0, 1, g}, {0, -1, -g}, {0, 1, -g},
                                          {g, 0, -1}, {g, 0, 1}, {-g, 0, -1}, {-g, 0, 1}};
  std::vector<std::array<uint32_t, 3>> triangles = {
      {0, 11, 5},  {0, 5, 1},  {0, 1, 7},  {0, 7, 10}, {0, 10, 11}, {1, 5, 9}, {5, 11, 4},
      {11, 10, 2}, {10, 7, 6}, {7, 1, 8},  {3, 9, 4},  {3, 4, 2},   {3, 2, 6}, {3, 6, 8},
      {3, 8, 9},   {4, 9, 5},  {2, 4, 11}, {6, 2, 10}, {8, 6, 7},   {9, 8, 1}};
  for (int l = 0; l < level; ++l) {
    std::map<std::pair<uint32_t, uint32_t>, uint32_t> middles;
    const auto middle = [&](uint32_t a, uint32_t b) {
      const auto [it, added] =
          middles.try_emplace(std::minmax(a, b), static_cast<uint32_t>(at.size()));
      if (added) {
        const auto p = at[a], q = at[b];
        at.push_back({p[0] + q[0], p[1] + q[1], p[2] + q[2]});
      }
      return it->second;
    };
    std::vector<std::array<uint32_t, 3>> finer;
    for (const auto& t : triangles) {
      const uint32_t a = middle(t[0], t[1]), b = middle(t[1], t[2]), c = middle(t[2], t[0]);
      finer.insert(finer.end(), {{t[0], a, c}, {t[1], b, a}, {t[2], c, b}, {a, b, c}});
    }
    triangles = std::move(finer);
    for (auto& p : at) {
      const float scale = 1 / std::sqrt(p[0] * p[0] + p[1] * p[1] + p[2] * p[2]);
      for (float& x : p) x *= scale;
    }
  }
  std::vector<float> corners;
  for (const auto& p : at) {
    const float scale = radius_m / std::sqrt(p[0] * p[0] + p[1] * p[1] + p[2] * p[2]);
    for (const float x : p) corners.push_back(x * scale);
  }
  face::Face face = make_mesh(corners, triangles);
  std::fill(face.appearance.material.begin(), face.appearance.material.end(), material);
  return face;
}

}  // namespace flowtalk::render
