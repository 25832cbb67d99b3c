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

void face_normals(std::span<const float> vertices,
                  std::span<const std::array<uint32_t, 3>> triangles, ThreadPool& pool,
                  std::vector<Vec3>& out) {
  out.resize(triangles.size());
  in_portions(pool, triangles.size(), [&](size_t i) {
    const float* a = &vertices[3 * triangles[i][0]];
    const float* b = &vertices[3 * triangles[i][1]];
    const float* c = &vertices[3 * triangles[i][2]];
    const float u[3] = {b[0] - a[0], b[1] - a[1], b[2] - a[2]};
    const float w[3] = {c[0] - a[0], c[1] - a[1], c[2] - a[2]};
    out[i] = {u[1] * w[2] - u[2] * w[1], u[2] * w[0] - u[0] * w[2], u[0] * w[1] - u[1] * w[0]};
  });
}

Vec3 vertex_normal(std::span<const Vec3> face_normals, std::span<const uint32_t> triangles) {
  Vec3 n{0, 0, 0};
  for (const uint32_t t : triangles) {
    for (size_t k = 0; k < 3; ++k) n[k] += face_normals[t][k];
  }
  const float length = std::sqrt(n[0] * n[0] + n[1] * n[1] + n[2] * n[2]);
  const float scale = length > 0 ? 1.0f / length : 0.0f;
  for (float& x : n) x *= scale;
  return n;
}

std::vector<Vec3> vertex_normals(std::span<const float> vertices,
                                 std::span<const std::array<uint32_t, 3>> triangles,
                                 const Adjacency& adjacency, ThreadPool& pool) {
  std::vector<Vec3> faces, normals(vertices.size() / 3);
  face_normals(vertices, triangles, pool, faces);
  in_portions(pool, normals.size(),
              [&](size_t v) { normals[v] = vertex_normal(faces, adjacency.triangles_of(v)); });
  return normals;
}

Projection::Projection(const Camera& camera, int width, int height)
    : axes_(camera.axes()),
      eye_(camera.position()),
      focal_(0.5f * static_cast<float>(height) / std::tan(0.5f * camera.field_of_view) *
             kSubpixels),
      centre_x_(0.5f * static_cast<float>(width) * kSubpixels),
      centre_y_(0.5f * static_cast<float>(height) * kSubpixels) {}

ScreenVertex Projection::operator()(const float* vertex) const {
  const float d[3] = {vertex[0] - eye_[0], vertex[1] - eye_[1], vertex[2] - eye_[2]};
  const auto along = [&](const Vec3& axis) {
    return d[0] * axis[0] + d[1] * axis[1] + d[2] * axis[2];
  };
  const float depth = -along(axes_[2]);
  if (!(depth > kNear)) return {};
  const float x = centre_x_ + focal_ * along(axes_[0]) / depth;
  const float y = centre_y_ - focal_ * along(axes_[1]) / depth;
  if (!(std::abs(x) < kGuard && std::abs(y) < kGuard)) return {};
  return {static_cast<int32_t>(std::lrint(x)), static_cast<int32_t>(std::lrint(y)), 1.0f / depth};
}

void project(std::span<const float> vertices, const Camera& camera, int width, int height,
             std::vector<ScreenVertex>& out) {
  const Projection projection(camera, width, height);
  out.resize(vertices.size() / 3);
  for (size_t v = 0; v < out.size(); ++v) out[v] = projection(&vertices[3 * v]);
}

}  // namespace flowtalk::render
