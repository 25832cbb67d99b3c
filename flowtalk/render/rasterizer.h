// Which triangle is seen at which sample of a tile: exact coverage with a top-left rule, nearest
// surface first.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "flowtalk/base/thread_pool.h"
#include "flowtalk/render/mesh.h"

namespace flowtalk::render {

inline constexpr int kTile = 32;    // pixels along a tile's edge
inline constexpr int kSamples = 4;  // per pixel, rotated grid
inline constexpr uint32_t kNothing = 0xffffffffu;

// Sample positions inside a pixel, in subpixels.
inline constexpr std::array<int, kSamples> kSampleX = {24, 56, 8, 40};
inline constexpr std::array<int, kSamples> kSampleY = {8, 24, 40, 56};

// A triangle on the screen, wound so that its area is positive.
struct ScreenTriangle {
  std::array<uint32_t, 3> vertex{};
  std::array<int32_t, 3> x{}, y{};                   // subpixels
  std::array<float, 3> inverse_depth{};              // of the corners
  float depth_dx = 0, depth_dy = 0;                  // its change per pixel
  float b1_dx = 0, b1_dy = 0, b2_dx = 0, b2_dy = 0;  // screen-space barycentrics per pixel
  bool back = false;                                 // its inner side is seen
};

// The nearest triangle of each sample, row by row; the samples of a pixel are neighbours.
struct TileSamples {
  alignas(64) std::array<float, kSamples * kTile * kTile> depth;  // inverse, 0: nothing
  alignas(64) std::array<uint32_t, kSamples * kTile * kTile> triangle;
  void clear();
};

// Triangles sorted into tiles. Rebuilt per frame, memory kept.
class TileBins {
 public:
  // both_sides: triangles seen from behind are kept, else dropped.
  void build(std::span<const ScreenVertex> vertices,
             std::span<const std::array<uint32_t, 3>> triangles,
             std::span<const uint8_t> both_sides, int width, int height, ThreadPool& pool);
  int columns() const { return columns_; }
  int tiles() const { return columns_ * rows_; }
  const ScreenTriangle& triangle(uint32_t id) const { return triangles_[id]; }
  bool empty(int tile) const {
    return first_[static_cast<size_t>(tile)] == first_[static_cast<size_t>(tile) + 1];
  }
  // Draws all triangles of a tile.
  void rasterize(int tile, TileSamples& out) const;

 private:
  struct Entry {
    uint32_t tile, triangle;
  };
  void set_up(std::span<const ScreenVertex> vertices,
              std::span<const std::array<uint32_t, 3>> triangles,
              std::span<const uint8_t> both_sides, int64_t portion);
  int columns_ = 0, rows_ = 0, width_ = 0, height_ = 0;
  std::vector<ScreenTriangle> triangles_;
  std::vector<std::vector<Entry>> entries_;  // per portion of the triangle list
  std::vector<uint32_t> first_, sorted_;     // triangles by tile
};

}  // namespace flowtalk::render
