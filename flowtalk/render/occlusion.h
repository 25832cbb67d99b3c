// What a mesh hides from a far away light: depth maps, and from many of them how much of its
// surroundings each vertex sees.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "flowtalk/base/thread_pool.h"
#include "flowtalk/render/camera.h"
#include "flowtalk/render/rasterizer.h"

namespace flowtalk::render {

// The mesh seen from an infinitely far point.
class DepthMap {
 public:
  explicit DepthMap(int size) : size_(size) {}  // pixels along an edge

  // direction: towards the light, unit length, world space. both_sides, per triangle: 0 where only
  // the outer side blocks light, which is enough for closed surfaces.
  void build(std::span<const float> vertices, std::span<const std::array<uint32_t, 3>> triangles,
             std::span<const uint8_t> both_sides, const Vec3& direction, ThreadPool& pool);
  // The steps of build, for callers that do other things beside them: begin, each vertex, those of
  // bins(), each tile.
  void begin(std::span<const float> vertices, std::span<const std::array<uint32_t, 3>> triangles,
             std::span<const uint8_t> both_sides, const Vec3& direction);
  void place_vertex(size_t vertex);
  TileBins& bins() { return bins_; }
  void draw_tile(int tile);
  // 0 hidden .. 1 lit, averaged over reach pixels around; bias_m: how far a surface must stand
  // before the point to hide it.
  float visibility(const Vec3& point, const Vec3& normal, int reach, float bias_m) const;
  float pixel_m() const { return 2.0f * radius_ / static_cast<float>(size_); }

 private:
  static constexpr size_t kSpare = 3;
  struct Place {
    float x, y;      // pixels
    float nearness;  // 1..2, larger is nearer to the light
  };
  Place place(const float* point) const;

  int size_;
  Vec3 centre_{};
  float radius_ = 1;
  std::array<Vec3, 3> axes_{};
  std::span<const float> vertices_;  // while it is built
  std::vector<ScreenVertex> screen_;
  TileBins bins_;
  std::vector<float> nearness_;  // size * size * kSamples
  std::vector<float> nearest_;  // the largest of each pixel, and kSpare more to load beyond the end
};

// Share of the directions above each vertex's surface that the mesh leaves open, weighted by the
// cosine as diffuse light is: V values in 0..1.
std::vector<float> ambient_openness(std::span<const float> vertices,
                                    std::span<const std::array<uint32_t, 3>> triangles,
                                    std::span<const uint8_t> both_sides,
                                    std::span<const Vec3> normals, ThreadPool& pool);

}  // namespace flowtalk::render
