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
struct alignas(64) ScreenTriangle {
  std::array<int32_t, 3> x{}, y{};         // subpixels
  std::array<float, 3> inverse_depth{};    // of the corners
  float depth_dx = 0, depth_dy = 0;        // its change per pixel
  int16_t x0 = 0, x1 = 0, y0 = 0, y1 = 0;  // the pixels it touches, the last ones included
  uint32_t index = 0;                      // in the list of triangles
  uint8_t part = 0;
  bool back = false;  // its inner side is seen
};

// The nearest triangle of each sample: its place among those of the tile and the part of the mesh
// that it belongs to. Row by row, the samples of a pixel are neighbours.
struct TileSamples {
  alignas(64) std::array<float, kSamples * kTile * kTile> depth;  // inverse, 0: nothing
  alignas(64) std::array<uint32_t, kSamples * kTile * kTile> triangle;
  void clear();
};
inline constexpr uint32_t kPartShift = 24, kPartMask = 0xffu << kPartShift;
inline constexpr uint32_t place_of(uint32_t sample) { return sample & ~kPartMask; }

// Triangles to be drawn, each with whether it is seen from behind too (else it is dropped there)
// and, where samples are to tell them apart, the connected part it belongs to (below 255).
struct TriangleList {
  std::span<const std::array<uint32_t, 3>> corners;
  std::span<const uint8_t> both_sides;
  std::span<const uint8_t> part = {};
};

// Triangles sorted into tiles. Rebuilt per frame, memory kept.
class TileBins {
 public:
  void build(std::span<const ScreenVertex> vertices, const TriangleList& triangles, int width,
             int height, ThreadPool& pool);
  // The steps of build, for callers that do other things beside them: begin, each portion (of which
  // any may run at once), sort.
  void begin(std::span<const ScreenVertex> vertices, const TriangleList& triangles, int width,
             int height);
  int64_t portions() const { return static_cast<int64_t>(entries_.size()); }
  void set_up(int64_t portion);
  void sort();
  int columns() const { return columns_; }
  int tiles() const { return columns_ * rows_; }
  size_t count(int tile) const {
    return first_[static_cast<size_t>(tile) + 1] - first_[static_cast<size_t>(tile)];
  }
  bool empty(int tile) const { return count(tile) == 0; }
  // The triangle at a place among those of a tile.
  const ScreenTriangle& triangle(int tile, size_t place) const {
    return triangles_[sorted_[first_[static_cast<size_t>(tile)] + place]];
  }
  // Draws one triangle of a tile, by its place there.
  void cover(int tile, uint32_t place, TileSamples& out) const;
  // Draws all triangles of a tile.
  void rasterize(int tile, TileSamples& out) const;

 private:
  struct Entry {
    uint32_t tile, triangle;
  };
  std::span<const ScreenVertex> vertices_;  // until they are sorted
  TriangleList list_;
  int columns_ = 0, rows_ = 0, width_ = 0, height_ = 0;
  std::vector<ScreenTriangle> triangles_;        // those in sight, at the front of each portion
  std::vector<std::vector<Entry>> entries_;      // per portion of the triangle list
  std::vector<uint32_t> first_, next_, sorted_;  // triangles by tile
};

}  // namespace flowtalk::render
