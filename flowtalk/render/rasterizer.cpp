#include "flowtalk/render/rasterizer.h"

#include <algorithm>

#include "flowtalk/render/coverage.h"

namespace flowtalk::render {
namespace {

constexpr int64_t kPortion = 2048;
constexpr uint32_t kAhead = 4;  // triangles that are fetched before their turn

constexpr int kSubpixelBits = 6;
static_assert(1 << kSubpixelBits == kSubpixels);
int floor_pixel(int32_t subpixels) {
  return subpixels >> kSubpixelBits;  // rounds down, also below zero
}

struct Bounds {
  int32_t x0, x1, y0, y1;
};
Bounds bounds_of(const ScreenTriangle& t) {
  return {std::min(std::min(t.x[0], t.x[1]), t.x[2]), std::max(std::max(t.x[0], t.x[1]), t.x[2]),
          std::min(std::min(t.y[0], t.y[1]), t.y[2]), std::max(std::max(t.y[0], t.y[1]), t.y[2])};
}

// False when the triangle has no area, is turned away, or lies behind the camera.
bool make_triangle(std::span<const ScreenVertex> vertices, std::array<uint32_t, 3> corners,
                   bool both_sides, ScreenTriangle& t) {
  const auto area_of = [&] {
    const ScreenVertex &a = vertices[corners[0]], &b = vertices[corners[1]],
                       &c = vertices[corners[2]];
    return static_cast<int64_t>(b.x - a.x) * (c.y - a.y) -
           static_cast<int64_t>(b.y - a.y) * (c.x - a.x);
  };
  for (const uint32_t v : corners) {
    if (vertices[v].inverse_depth <= 0) return false;
  }
  int64_t area = area_of();
  // Counter-clockwise with y up is a negative area with y down: the outer side.
  t.back = area > 0;
  if (area == 0 || (t.back && !both_sides)) return false;
  if (!t.back) {
    std::swap(corners[1], corners[2]);
    area = -area;
  }
  t.vertex = corners;
  auto& depth = t.inverse_depth;
  for (size_t k = 0; k < 3; ++k) {
    t.x[k] = vertices[corners[k]].x;
    t.y[k] = vertices[corners[k]].y;
    depth[k] = vertices[corners[k]].inverse_depth;
  }
  const float scale = static_cast<float>(kSubpixels) / static_cast<float>(area);
  t.b1_dx = static_cast<float>(t.y[2] - t.y[0]) * scale;
  t.b1_dy = static_cast<float>(t.x[0] - t.x[2]) * scale;
  t.b2_dx = static_cast<float>(t.y[0] - t.y[1]) * scale;
  t.b2_dy = static_cast<float>(t.x[1] - t.x[0]) * scale;
  t.depth_dx = (depth[1] - depth[0]) * t.b1_dx + (depth[2] - depth[0]) * t.b2_dx;
  t.depth_dy = (depth[1] - depth[0]) * t.b1_dy + (depth[2] - depth[0]) * t.b2_dy;
  return true;
}

}  // namespace

void TileSamples::clear() {
  depth.fill(0.0f);
  triangle.fill(kNothing);
}

void TileBins::set_up(std::span<const ScreenVertex> vertices,
                      std::span<const std::array<uint32_t, 3>> triangles,
                      std::span<const uint8_t> both_sides, int64_t portion) {
  auto& entries = entries_[static_cast<size_t>(portion)];
  entries.clear();
  const auto first = static_cast<size_t>(portion * kPortion);
  const size_t last = std::min(triangles.size(), first + static_cast<size_t>(kPortion));
  for (size_t i = first; i < last; ++i) {
    ScreenTriangle& t = triangles_[i];
    if (!make_triangle(vertices, triangles[i], both_sides[i] != 0, t)) continue;
    const Bounds b = bounds_of(t);
    const int x0 = std::max(0, floor_pixel(b.x0)) / kTile;
    const int y0 = std::max(0, floor_pixel(b.y0)) / kTile;
    const int x1 = std::min(width_ - 1, floor_pixel(b.x1));
    const int y1 = std::min(height_ - 1, floor_pixel(b.y1));
    if (x1 < 0 || y1 < 0) continue;
    for (int y = y0; y <= y1 / kTile; ++y) {
      for (int x = x0; x <= x1 / kTile; ++x) {
        entries.push_back({static_cast<uint32_t>(y * columns_ + x), static_cast<uint32_t>(i)});
      }
    }
  }
}

void TileBins::build(std::span<const ScreenVertex> vertices,
                     std::span<const std::array<uint32_t, 3>> triangles,
                     std::span<const uint8_t> both_sides, int width, int height, ThreadPool& pool) {
  width_ = width;
  height_ = height;
  columns_ = (width + kTile - 1) / kTile;
  rows_ = (height + kTile - 1) / kTile;
  triangles_.resize(triangles.size());
  const auto portions = (static_cast<int64_t>(triangles.size()) + kPortion - 1) / kPortion;
  entries_.resize(static_cast<size_t>(portions));
  pool.parallel_for(portions, [&](int64_t p) { set_up(vertices, triangles, both_sides, p); });
  first_.assign(static_cast<size_t>(tiles()) + 1, 0);
  for (const auto& entries : entries_) {
    for (const Entry& e : entries) ++first_[e.tile + 1];
  }
  for (size_t i = 1; i < first_.size(); ++i) first_[i] += first_[i - 1];
  sorted_.resize(first_.back());
  std::vector<uint32_t> next(first_.begin(), first_.end() - 1);
  for (const auto& entries : entries_) {
    for (const Entry& e : entries) sorted_[next[e.tile]++] = e.triangle;
  }
}

void TileBins::rasterize(int tile, TileSamples& out) const {
  out.clear();
  const int tile_x = tile % columns_ * kTile, tile_y = tile / columns_ * kTile;
  const auto bin = static_cast<size_t>(tile);
  for (uint32_t i = first_[bin]; i < first_[bin + 1]; ++i) {
    const ScreenTriangle& t = triangles_[sorted_[i]];
    if (i + kAhead < first_[bin + 1]) {
      const ScreenTriangle* next = &triangles_[sorted_[i + kAhead]];
      __builtin_prefetch(next);
      __builtin_prefetch(reinterpret_cast<const char*>(next) + 64);
    }
    const Bounds b = bounds_of(t);
    Window w;
    w.x0 = std::max(0, floor_pixel(b.x0) - tile_x) / kLanePixels * kLanePixels;
    w.x1 = std::min(kTile, floor_pixel(b.x1) - tile_x + 1);
    w.y0 = std::max(0, floor_pixel(b.y0) - tile_y);
    w.y1 = std::min(kTile, floor_pixel(b.y1) - tile_y + 1);
    if (b.x1 - b.x0 < kSmall && b.y1 - b.y0 < kSmall) {
      cover_small(t, sorted_[i], tile_x, tile_y, w, out);
    } else {
      cover_large(t, sorted_[i], tile_x, tile_y, w, out);
    }
  }
}

}  // namespace flowtalk::render
