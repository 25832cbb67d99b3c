#include "flowtalk/render/mesh.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace flowtalk::render {
namespace {

constexpr float kNear = 0.01f;     // metres; nearer vertices are not drawn
constexpr float kGuard = 1 << 20;  // 1/64 pixels; positions beyond it are not drawn

}  // namespace

Adjacency::Adjacency(std::span<const std::array<uint32_t, 3>> triangles, size_t vertices)
    : first_(vertices + 1, 0), triangle_(3 * triangles.size()) {
  for (const auto& t : triangles) {
    for (const uint32_t v : t) ++first_[v + 1];
  }
  for (size_t v = 0; v < vertices; ++v) first_[v + 1] += first_[v];
  std::vector<uint32_t> next(first_.begin(), first_.end() - 1);
  for (uint32_t i = 0; i < triangles.size(); ++i) {
    for (const uint32_t v : triangles[i]) triangle_[next[v]++] = i;
  }
}

std::vector<uint8_t> connected_parts(std::span<const std::array<uint32_t, 3>> triangles,
                                     size_t vertices) {
  std::vector<uint32_t> parent(vertices);
  std::iota(parent.begin(), parent.end(), 0u);
  const auto root = [&](uint32_t v) {
    while (parent[v] != v) v = parent[v] = parent[parent[v]];
    return v;
  };
  for (const auto& t : triangles) {
    for (const uint32_t v : t) parent[root(v)] = root(t[0]);
  }
  constexpr uint8_t kParts = 254;
  std::vector<uint8_t> number(vertices, 0), parts;
  uint8_t last = 0;
  for (const auto& t : triangles) {
    uint8_t& n = number[root(t[0])];
    if (n == 0) n = last = static_cast<uint8_t>(last % kParts + 1);
    parts.push_back(n);
  }
  return parts;
}

void vertex_normals(std::span<const float> vertices,
                    std::span<const std::array<uint32_t, 3>> triangles, const Adjacency& adjacency,
                    ThreadPool& pool, std::vector<Vec3>& face_normals, std::vector<Vec3>& normals) {
  face_normals.resize(triangles.size());
  normals.resize(vertices.size() / 3);
  in_portions(pool, triangles.size(), [&](size_t i) {
    const float* a = &vertices[3 * triangles[i][0]];
    const float* b = &vertices[3 * triangles[i][1]];
    const float* c = &vertices[3 * triangles[i][2]];
    const float u[3] = {b[0] - a[0], b[1] - a[1], b[2] - a[2]};
    const float w[3] = {c[0] - a[0], c[1] - a[1], c[2] - a[2]};
    face_normals[i] = {u[1] * w[2] - u[2] * w[1], u[2] * w[0] - u[0] * w[2],
                       u[0] * w[1] - u[1] * w[0]};
  });
  in_portions(pool, normals.size(), [&](size_t v) {
    Vec3 n{0, 0, 0};
    for (const uint32_t t : adjacency.triangles_of(v)) {
      for (size_t k = 0; k < 3; ++k) n[k] += face_normals[t][k];
    }
    const float length = std::sqrt(n[0] * n[0] + n[1] * n[1] + n[2] * n[2]);
    const float scale = length > 0 ? 1.0f / length : 0.0f;
    for (float& x : n) x *= scale;
    normals[v] = n;
  });
}

void project(std::span<const float> vertices, const Camera& camera, int width, int height,
             std::vector<ScreenVertex>& out) {
  const auto axes = camera.axes();
  const Vec3 eye = camera.position();
  const float focal =
      0.5f * static_cast<float>(height) / std::tan(0.5f * camera.field_of_view) * kSubpixels;
  const float centre_x = 0.5f * static_cast<float>(width) * kSubpixels;
  const float centre_y = 0.5f * static_cast<float>(height) * kSubpixels;
  out.resize(vertices.size() / 3);
  for (size_t v = 0; v < out.size(); ++v) {
    const float d[3] = {vertices[3 * v] - eye[0], vertices[3 * v + 1] - eye[1],
                        vertices[3 * v + 2] - eye[2]};
    const auto along = [&](const Vec3& axis) {
      return d[0] * axis[0] + d[1] * axis[1] + d[2] * axis[2];
    };
    const float depth = -along(axes[2]);
    ScreenVertex s;
    if (depth > kNear) {
      const float x = centre_x + focal * along(axes[0]) / depth;
      const float y = centre_y - focal * along(axes[1]) / depth;
      if (std::abs(x) < kGuard && std::abs(y) < kGuard) {
        s = {static_cast<int32_t>(std::lrint(x)), static_cast<int32_t>(std::lrint(y)),
             1.0f / depth};
      }
    }
    out[v] = s;
  }
}

}  // namespace flowtalk::render
