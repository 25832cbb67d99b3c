#include "flowtalk/render/rasterizer.h"

#include <algorithm>
#include <cstring>
#include <type_traits>

#include "flowtalk/render/simd.h"

namespace flowtalk::render {
namespace {

constexpr int64_t kPortion = 2048;
constexpr int kLanePixels = 2;  // pixels tested together
constexpr int kLanes = kLanePixels * kSamples;
constexpr int32_t kSmall = 256 * kSubpixels;  // below it 32-bit edge functions are exact

// E(x, y) = base + dx * x + dy * y is >= 0 on the inner side of an edge; pixels on a shared edge
// belong to exactly one of its two triangles.
template <class Int>
struct Edge {
  Int base, dx, dy;  // dx, dy per subpixel

  // From corner (ax, ay) to (bx, by); base is the value at (x, y).
  Edge(int32_t ax, int32_t ay, int32_t bx, int32_t by, int32_t x, int32_t y) {
    dx = static_cast<Int>(ay - by);
    dy = static_cast<Int>(bx - ax);
    const bool owns = by < ay || (by == ay && bx > ax);
    base = static_cast<Int>(dx * static_cast<Int>(x - ax) + dy * static_cast<Int>(y - ay)) -
           (owns ? 0 : 1);
  }
};

// The pixels of one triangle inside one tile; x bounds are multiples of kLanePixels.
struct Window {
  int x0, x1, y0, y1;  // relative to the tile
};

// Works on kLanes samples at once: kLanePixels neighbouring pixels with all their samples. Written
// with the compiler's vector types, which it lowers to whatever the processor has.
template <class Int>
[[gnu::always_inline]] inline void cover(const ScreenTriangle& t, uint32_t id, int tile_x,
                                         int tile_y, const Window& w, TileSamples& out) {
  // Unsigned, because g++ 12's overflow checks (-fsanitize=undefined) break sums of signed vectors.
  using Unsigned = std::make_unsigned_t<Int>;
  using Ints [[gnu::vector_size(kLanes * sizeof(Int))]] = Int;
  using UnsignedInts [[gnu::vector_size(kLanes * sizeof(Int))]] = Unsigned;
  using Words [[gnu::vector_size(kLanes * sizeof(int32_t))]] = int32_t;
  using Floats [[gnu::vector_size(kLanes * sizeof(float))]] = float;
  constexpr float kPixel = 1.0f / kSubpixels;
  const int32_t left = (tile_x + w.x0) * kSubpixels, top = (tile_y + w.y0) * kSubpixels;
  const std::array<Edge<Int>, 3> edge = {Edge<Int>(t.x[1], t.y[1], t.x[2], t.y[2], left, top),
                                         Edge<Int>(t.x[2], t.y[2], t.x[0], t.y[0], left, top),
                                         Edge<Int>(t.x[0], t.y[0], t.x[1], t.y[1], left, top)};
  std::array<std::array<Int, kLanes>, 3> first_edge;
  std::array<float, kLanes> first_depth;
  const float corner_depth = t.inverse_depth[0] +
                             t.depth_dx * (static_cast<float>(left - t.x[0]) * kPixel) +
                             t.depth_dy * (static_cast<float>(top - t.y[0]) * kPixel);
  for (size_t lane = 0; lane < kLanes; ++lane) {
    const size_t s = lane % kSamples;
    const int x = static_cast<int>(lane) / kSamples * kSubpixels + kSampleX[s], y = kSampleY[s];
    for (size_t k = 0; k < 3; ++k) {
      first_edge[k][lane] = edge[k].base + edge[k].dx * x + edge[k].dy * y;
    }
    first_depth[lane] = corner_depth + t.depth_dx * (static_cast<float>(x) * kPixel) +
                        t.depth_dy * (static_cast<float>(y) * kPixel);
  }
  UnsignedInts row_edge[3];
  Floats row_depth;
  std::memcpy(row_edge, first_edge.data(), sizeof row_edge);
  std::memcpy(&row_depth, first_depth.data(), sizeof row_depth);
  const Words ids = Words{} + static_cast<int32_t>(id);
  const auto right0 = static_cast<Unsigned>(edge[0].dx * (kLanePixels * kSubpixels));
  const auto right1 = static_cast<Unsigned>(edge[1].dx * (kLanePixels * kSubpixels));
  const auto right2 = static_cast<Unsigned>(edge[2].dx * (kLanePixels * kSubpixels));
  const float right_depth = t.depth_dx * kLanePixels;
  for (int y = w.y0; y < w.y1; ++y) {
    UnsignedInts e0 = row_edge[0], e1 = row_edge[1], e2 = row_edge[2];
    Floats z = row_depth;
    const size_t first = kSamples * static_cast<size_t>(y * kTile + w.x0);
    auto* depth = reinterpret_cast<Floats*>(out.depth.data() + first);
    auto* seen = reinterpret_cast<Words*>(out.triangle.data() + first);
    for (int x = w.x0; x < w.x1; x += kLanePixels, ++depth, ++seen) {
      const Words inside =
          __builtin_convertvector(reinterpret_cast<Ints>(e0 | e1 | e2) >= 0, Words);
      const Words pass = inside & (z > *depth);
      *depth = pass ? z : *depth;
      *seen = pass ? ids : *seen;
      e0 += right0;
      e1 += right1;
      e2 += right2;
      z += right_depth;
    }
    for (size_t k = 0; k < 3; ++k) row_edge[k] += static_cast<Unsigned>(edge[k].dy * kSubpixels);
    row_depth += t.depth_dy;
  }
}

FLOWTALK_CLONES void cover_small(const ScreenTriangle& t, uint32_t id, int tile_x, int tile_y,
                                 const Window& w, TileSamples& out) {
  cover<int32_t>(t, id, tile_x, tile_y, w, out);
}
void cover_large(const ScreenTriangle& t, uint32_t id, int tile_x, int tile_y, const Window& w,
                 TileSamples& out) {
  cover<int64_t>(t, id, tile_x, tile_y, w, out);
}

int floor_pixel(int32_t subpixels) {
  return subpixels >= 0 ? subpixels / kSubpixels : -((-subpixels + kSubpixels - 1) / kSubpixels);
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
