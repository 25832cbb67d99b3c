#include "flowtalk/render/occlusion.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "flowtalk/base/error.h"
#include "flowtalk/render/simd.h"
#include "flowtalk/render/vectors.h"

namespace flowtalk::render {
namespace {

static_assert(kSamples == 4);

constexpr int kDirections = 64;
constexpr float kLeastFacing = 0.2f;  // steeper surfaces count as this steep
constexpr float kFar = 1e6f;          // beyond all nearness
constexpr int kAmbientSize = 160;     // pixels of the maps for ambient light

float dot(const Vec3& a, const Vec3& b) { return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]; }

Vec3 cross(const Vec3& a, const Vec3& b) {
  return {a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]};
}

Vec3 unit(const Vec3& a) {
  const float scale = 1.0f / std::sqrt(std::max(1e-20f, dot(a, a)));
  return {a[0] * scale, a[1] * scale, a[2] * scale};
}

// The i-th of `count` evenly spread directions (Fibonacci lattice on the sphere).
Vec3 spread_direction(int i, int count) {
  const float z = 1.0f - 2.0f * (static_cast<float>(i) + 0.5f) / static_cast<float>(count);
  const float radius = std::sqrt(1.0f - z * z);
  const float angle = std::numbers::pi_v<float> * (3.0f - std::sqrt(5.0f)) * static_cast<float>(i);
  return {radius * std::cos(angle), radius * std::sin(angle), z};
}

}  // namespace

DepthMap::Place DepthMap::place(const float* point) const {
  const Vec3 d = {point[0] - centre_[0], point[1] - centre_[1], point[2] - centre_[2]};
  const float half = 0.5f * static_cast<float>(size_), scale = half / radius_;
  return {half + scale * dot(d, axes_[0]), half - scale * dot(d, axes_[1]),
          1.5f + 0.5f * dot(d, axes_[2]) / radius_};
}

void DepthMap::begin(std::span<const float> vertices,
                     std::span<const std::array<uint32_t, 3>> triangles,
                     std::span<const uint8_t> both_sides, const Vec3& direction) {
  const size_t count = vertices.size() / 3;
  FT_CHECK(count > 0, "no vertices");
  Vec3 lo = {vertices[0], vertices[1], vertices[2]}, hi = lo;
  for (size_t v = 0; v < count; ++v) {
    for (size_t k = 0; k < 3; ++k) {
      lo[k] = std::min(lo[k], vertices[3 * v + k]);
      hi[k] = std::max(hi[k], vertices[3 * v + k]);
    }
  }
  for (size_t k = 0; k < 3; ++k) centre_[k] = 0.5f * (lo[k] + hi[k]);
  const Vec3 half = {hi[0] - centre_[0], hi[1] - centre_[1], hi[2] - centre_[2]};
  radius_ = std::max(1e-6f, std::sqrt(dot(half, half)));
  const Vec3 up = std::abs(direction[1]) < 0.9f ? Vec3{0, 1, 0} : Vec3{1, 0, 0};
  const Vec3 right = unit(cross(up, direction));
  axes_ = {right, cross(direction, right), direction};
  vertices_ = vertices;
  screen_.resize(count);
  bins_.begin(screen_, {triangles, both_sides}, size_, size_);
  const auto pixels = static_cast<size_t>(size_ * size_);
  nearness_.resize(pixels * kSamples);
  nearest_.resize(pixels + kSpare);
}

void DepthMap::place_vertex(size_t vertex) {
  const Place p = place(&vertices_[3 * vertex]);
  screen_[vertex] = {static_cast<int32_t>(std::lrint(p.x * kSubpixels)),
                     static_cast<int32_t>(std::lrint(p.y * kSubpixels)), p.nearness};
}

void DepthMap::draw_tile(int tile) {
  TileSamples samples;
  bins_.rasterize(tile, samples);
  const int left = tile % bins_.columns() * kTile, top = tile / bins_.columns() * kTile;
  const auto width = static_cast<size_t>(std::min(kTile, size_ - left));
  for (int y = top; y < std::min(size_, top + kTile); ++y) {
    const float* from = &samples.depth[static_cast<size_t>((y - top) * kTile) * kSamples];
    const auto to = static_cast<size_t>(y * size_ + left);
    std::copy_n(from, width * kSamples, &nearness_[to * kSamples]);
    for (size_t x = 0; x < width; ++x, from += kSamples) {
      nearest_[to + x] = std::max(std::max(from[0], from[1]), std::max(from[2], from[3]));
    }
  }
}

void DepthMap::build(std::span<const float> vertices,
                     std::span<const std::array<uint32_t, 3>> triangles,
                     std::span<const uint8_t> both_sides, const Vec3& direction, ThreadPool& pool) {
  begin(vertices, triangles, both_sides, direction);
  in_portions(pool, screen_.size(), [&](size_t v) { place_vertex(v); });
  pool.parallel_for(bins_.portions(), [&](int64_t portion) { bins_.set_up(portion); });
  bins_.sort();
  pool.parallel_for(bins_.tiles(), [&](int64_t tile) { draw_tile(static_cast<int>(tile)); });
}

FLOWTALK_CLONES float DepthMap::visibility(const Vec3& point, const Vec3& normal, int reach,
                                           float bias_m) const {
  const Place p = place(point.data());
  // The surface around the point is a plane: its own slope must not hide it.
  const float facing = std::max(kLeastFacing, dot(normal, axes_[2]));
  const float per_pixel = 1.0f / static_cast<float>(size_);  // nearness of one pixel's width
  const float slope_x = -dot(normal, axes_[0]) / facing * per_pixel;
  const float slope_y = dot(normal, axes_[1]) / facing * per_pixel;
  const int x = static_cast<int>(p.x), y = static_cast<int>(p.y);
  const int x0 = std::max(0, x - reach), x1 = std::min(size_ - 1, x + reach);
  const int y0 = std::max(0, y - reach), y1 = std::min(size_ - 1, y + reach);
  constexpr float kPixel = 1.0f / kSubpixels;
  Floats4 limit;
  for (size_t s = 0; s < kSamples; ++s) {
    limit[s] = p.nearness + 0.5f * bias_m / radius_ +
               slope_x * (static_cast<float>(kSampleX[s]) * kPixel - p.x) +
               slope_y * (static_cast<float>(kSampleY[s]) * kPixel - p.y);
  }
  // Most points are lit by all samples around, which the nearest of each pixel tell at once.
  const float least = std::min(std::min(limit[0], limit[1]), std::min(limit[2], limit[3]));
  const float* first = &nearest_[static_cast<size_t>(y0 * size_)];
  Words4 hidden{};
  for (int column = x0; column <= x1; column += 4) {
    const auto at = static_cast<float>(column);
    const Floats4 columns = {at, at + 1.0f, at + 2.0f, at + 3.0f};
    const Floats4 beyond = columns > static_cast<float>(x1) ? Floats4{} + kFar : Floats4{};
    const Floats4 plane = least + slope_x * columns + beyond;
    const float* nearest = first + column;
    for (int row = y0; row <= y1; ++row, nearest += size_) {
      hidden |= load<Floats4>(nearest) > plane + slope_y * static_cast<float>(row);
    }
  }
  if (bits_of(hidden) == 0) return 1.0f;
  Words4 lit{};
  for (int column = x0; column <= x1; ++column) {
    const Floats4 plane = limit + slope_x * static_cast<float>(column);
    const float* nearness = &nearness_[static_cast<size_t>(y0 * size_ + column) * kSamples];
    for (int row = y0; row <= y1; ++row, nearness += static_cast<ptrdiff_t>(size_) * kSamples) {
      // Comparisons that hold are -1.
      lit -= load<Floats4>(nearness) <= plane + slope_y * static_cast<float>(row);
    }
  }
  const int total = (x1 - x0 + 1) * (y1 - y0 + 1) * kSamples;
  return static_cast<float>(lit[0] + lit[1] + lit[2] + lit[3]) / static_cast<float>(total);
}

std::vector<float> ambient_openness(std::span<const float> vertices,
                                    std::span<const std::array<uint32_t, 3>> triangles,
                                    std::span<const uint8_t> both_sides,
                                    std::span<const Vec3> normals, ThreadPool& pool) {
  std::vector<float> open(normals.size(), 0.0f), possible(normals.size(), 0.0f);
  DepthMap map(kAmbientSize);
  for (int i = 0; i < kDirections; ++i) {
    const Vec3 direction = spread_direction(i, kDirections);
    map.build(vertices, triangles, both_sides, direction, pool);
    const float lift = 1.5f * map.pixel_m();  // off the surface, or it would hide itself
    in_portions(pool, normals.size(), [&](size_t v) {
      const float facing = dot(normals[v], direction);
      if (facing <= 0) return;
      Vec3 point;
      for (size_t k = 0; k < 3; ++k) point[k] = vertices[3 * v + k] + lift * normals[v][k];
      open[v] += facing * map.visibility(point, normals[v], 0, lift);
      possible[v] += facing;
    });
  }
  for (size_t v = 0; v < open.size(); ++v) {
    open[v] = possible[v] > 0 ? open[v] / possible[v] : 1.0f;
  }
  return open;
}

}  // namespace flowtalk::render
