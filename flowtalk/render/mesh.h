// From vertices to what a picture needs of them: screen positions, normals, finishes.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "flowtalk/base/thread_pool.h"
#include "flowtalk/face/face.h"
#include "flowtalk/render/camera.h"
#include "flowtalk/render/image.h"

namespace flowtalk::render {

// Screen positions are whole 1/64 pixels, so coverage is decided exactly.
inline constexpr int kSubpixelBits = 6, kSubpixels = 1 << kSubpixelBits;

struct alignas(16) ScreenVertex {
  int32_t x = 0, y = 0;      // 1/64 pixel from the viewport's top left corner
  float inverse_depth = -1;  // 1 / metres in front of the camera; <= 0: not to be drawn
};

// What is interpolated over a triangle, in this order.
enum Attribute : size_t {
  kNormalX,
  kNormalY,
  kNormalZ,
  kRed,
  kGreen,
  kBlue,
  kAmbient,   // 0..1, how much of the surroundings the point sees
  kKeyLight,  // 0..1, how much of the key light reaches it
  kReflectance,
  kRoughness,
  kScatter,  // 0..1, how far light spreads under the surface
  kStrand,   // across the strands of hair, in strand widths; 0 elsewhere
  kAttributes
};
// One cache line, so that the attributes of a corner can be loaded at once.
struct alignas(64) SurfaceVertex {
  std::array<float, kAttributes> value{};
  face::BrowPlace brow;
  std::array<float, 2> pores{};  // where it lies on the skin, mm
};
static_assert(sizeof(SurfaceVertex) == 64);

// body(i) for each i below count, in parallel portions.
template <class Body>
void in_portions(ThreadPool& pool, size_t count, const Body& body) {
  constexpr int64_t kPortion = 512;
  const auto total = static_cast<int64_t>(count);
  pool.parallel_for((total + kPortion - 1) / kPortion, [&](int64_t p) {
    const auto last = static_cast<size_t>(std::min(total, (p + 1) * kPortion));
    for (auto i = static_cast<size_t>(p * kPortion); i < last; ++i) body(i);
  });
}

// Vertex -> triangles, to sum normals in an order that no thread can change.
class Adjacency {
 public:
  Adjacency(std::span<const std::array<uint32_t, 3>> triangles, size_t vertices);
  std::span<const uint32_t> triangles_of(size_t vertex) const {
    return {triangle_.data() + first_[vertex], first_[vertex + 1] - first_[vertex]};
  }

 private:
  std::vector<uint32_t> first_, triangle_;
};

// Per triangle, which connected part of the mesh it belongs to: 1, 2, ... 254 and again from 1.
std::vector<uint8_t> connected_parts(std::span<const std::array<uint32_t, 3>> triangles,
                                     size_t vertices);

// Area-weighted normals, world space. vertices: V*3 metres.
void face_normals(std::span<const float> vertices,
                  std::span<const std::array<uint32_t, 3>> triangles, ThreadPool& pool,
                  std::vector<Vec3>& out);
// Of one vertex, from those of its triangles; unit length.
Vec3 vertex_normal(std::span<const Vec3> face_normals, std::span<const uint32_t> triangles);
// Of all vertices.
std::vector<Vec3> vertex_normals(std::span<const float> vertices,
                                 std::span<const std::array<uint32_t, 3>> triangles,
                                 const Adjacency& adjacency, ThreadPool& pool);

// Vertices as the camera sees them in a viewport of width x height pixels.
class Projection {
 public:
  Projection(const Camera& camera, int width, int height);
  ScreenVertex operator()(const float* vertex) const;

 private:
  std::array<Vec3, 3> axes_;
  Vec3 eye_;
  float focal_, centre_x_, centre_y_;  // subpixels
};
void project(std::span<const float> vertices, const Camera& camera, int width, int height,
             std::vector<ScreenVertex>& out);

}  // namespace flowtalk::render
