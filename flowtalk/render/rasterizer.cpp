#include "flowtalk/render/rasterizer.h"

#include <algorithm>

#include "flowtalk/base/error.h"
#include "flowtalk/render/coverage.h"
#include "flowtalk/render/simd.h"

namespace flowtalk::render {
namespace {

constexpr size_t kPortion = 1024;
constexpr uint32_t kAhead = 4;  // triangles that are fetched before their turn

// Rounds down, also below zero.
int16_t floor_pixel(int32_t subpixels) { return static_cast<int16_t>(subpixels >> kSubpixelBits); }

// False when the triangle has no area, is turned away, or lies behind the camera.
[[gnu::always_inline]] inline bool make_triangle(std::span<const ScreenVertex> vertices,
                                                 const std::array<uint32_t, 3>& corners,
                                                 bool both_sides, ScreenTriangle& t) {
  const ScreenVertex a = vertices[corners[0]];
  ScreenVertex b = vertices[corners[1]], c = vertices[corners[2]];
  int64_t area =
      static_cast<int64_t>(b.x - a.x) * (c.y - a.y) - static_cast<int64_t>(b.y - a.y) * (c.x - a.x);
  // Counter-clockwise with y up is a negative area with y down: the outer side.
  const bool back = area > 0;
  if (area == 0 || (back && !both_sides)) return false;
  if (std::min(std::min(a.inverse_depth, b.inverse_depth), c.inverse_depth) <= 0) return false;
  if (!back) {
    std::swap(b, c);
    area = -area;
  }
  t.back = back;
  t.x = {a.x, b.x, c.x};
  t.y = {a.y, b.y, c.y};
  t.x0 = floor_pixel(std::min(std::min(a.x, b.x), c.x));
  t.x1 = floor_pixel(std::max(std::max(a.x, b.x), c.x));
  t.y0 = floor_pixel(std::min(std::min(a.y, b.y), c.y));
  t.y1 = floor_pixel(std::max(std::max(a.y, b.y), c.y));
  const float scale = static_cast<float>(kSubpixels) / static_cast<float>(area);
  const float to_b = (b.inverse_depth - a.inverse_depth) * scale;
  const float to_c = (c.inverse_depth - a.inverse_depth) * scale;
  t.inverse_depth = {a.inverse_depth, b.inverse_depth, c.inverse_depth};
  t.depth_dx = to_b * static_cast<float>(c.y - a.y) + to_c * static_cast<float>(a.y - b.y);
  t.depth_dy = to_b * static_cast<float>(a.x - c.x) + to_c * static_cast<float>(b.x - a.x);
  return true;
}

}  // namespace

void TileSamples::clear() {
  depth.fill(0.0f);
  triangle.fill(kNothing);
}

void TileBins::begin(std::span<const ScreenVertex> vertices, const TriangleList& triangles,
                     int width, int height) {
  const size_t total = triangles.corners.size();
  FT_CHECK(total <= place_of(kNothing), "{} triangles", total);
  vertices_ = vertices;
  list_ = triangles;
  width_ = width;
  height_ = height;
  columns_ = (width + kTile - 1) / kTile;
  rows_ = (height + kTile - 1) / kTile;
  triangles_.resize(total);
  entries_.resize((total + kPortion - 1) / kPortion);
}

FLOWTALK_CLONES void TileBins::set_up(int64_t portion) {
  auto& entries = entries_[static_cast<size_t>(portion)];
  entries.clear();
  const auto first = static_cast<size_t>(portion) * kPortion;
  const size_t last = std::min(list_.corners.size(), first + kPortion);
  // Copies, which the compiler knows that no triangle written here changes.
  const std::span vertices = vertices_;
  const TriangleList list = list_;
  const int width = width_, height = height_, columns = columns_;
  ScreenTriangle* const triangles = triangles_.data();
  size_t next = first;
  for (size_t i = first; i < last; ++i) {
    ScreenTriangle& t = triangles[next];
    if (!make_triangle(vertices, list.corners[i], list.both_sides[i] != 0, t)) continue;
    if (t.x1 < 0 || t.y1 < 0 || t.x0 >= width || t.y0 >= height) continue;
    t.index = static_cast<uint32_t>(i);
    t.part = list.part.empty() ? uint8_t{0} : list.part[i];
    const int x0 = std::max<int>(0, t.x0) / kTile, x1 = std::min<int>(width - 1, t.x1) / kTile;
    const int y0 = std::max<int>(0, t.y0) / kTile, y1 = std::min<int>(height - 1, t.y1) / kTile;
    for (int y = y0; y <= y1; ++y) {
      for (int x = x0; x <= x1; ++x) {
        entries.push_back({static_cast<uint32_t>(y * columns + x), static_cast<uint32_t>(next)});
      }
    }
    ++next;
  }
}

void TileBins::sort() {
  first_.assign(static_cast<size_t>(tiles()) + 1, 0);
  for (const auto& entries : entries_) {
    for (const Entry& e : entries) ++first_[e.tile + 1];
  }
  for (size_t i = 1; i < first_.size(); ++i) first_[i] += first_[i - 1];
  sorted_.resize(first_.back());
  next_.assign(first_.begin(), first_.end() - 1);
  for (const auto& entries : entries_) {
    for (const Entry& e : entries) sorted_[next_[e.tile]++] = e.triangle;
  }
  vertices_ = {};
  list_ = {};
}

void TileBins::build(std::span<const ScreenVertex> vertices, const TriangleList& triangles,
                     int width, int height, ThreadPool& pool) {
  begin(vertices, triangles, width, height);
  pool.parallel_for(portions(), [&](int64_t portion) { set_up(portion); });
  sort();
}

void TileBins::cover(int tile, uint32_t place, TileSamples& out) const {
  const int tile_x = tile % columns_ * kTile, tile_y = tile / columns_ * kTile;
  const ScreenTriangle& t = triangle(tile, place);
  const uint32_t id = place | uint32_t{t.part} << kPartShift;
  const Window w = window_of(t, tile_x, tile_y);
  if (t.x1 - t.x0 < kSmallPixels && t.y1 - t.y0 < kSmallPixels) {
    cover_small(t, id, tile_x, tile_y, w, out);
  } else {
    cover_large(t, id, tile_x, tile_y, w, out);
  }
}

void TileBins::rasterize(int tile, TileSamples& out) const {
  out.clear();
  const uint32_t* places = sorted_.data() + first_[static_cast<size_t>(tile)];
  const auto last = static_cast<uint32_t>(count(tile));
  for (uint32_t i = 0; i < last; ++i) {
    if (i + kAhead < last) __builtin_prefetch(&triangles_[places[i + kAhead]]);
    cover(tile, i, out);
  }
}

}  // namespace flowtalk::render
