#include "flowtalk/render/rasterizer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <memory>
#include <vector>

#include "flowtalk/base/rng.h"
#include "flowtalk/render/coverage.h"

namespace flowtalk::render {
namespace {

using Triangles = std::vector<std::array<uint32_t, 3>>;

// Sample planes of a whole picture.
struct Picture {
  int width, height;
  std::vector<uint32_t> triangle;  // height * width * kSamples
  std::vector<float> depth;

  int64_t covered() const {
    int64_t count = 0;
    for (const uint32_t id : triangle) count += id != kNothing ? 1 : 0;
    return count;
  }
};

Picture rasterize(const std::vector<ScreenVertex>& vertices, const Triangles& triangles, int width,
                  int height, bool both_sides = true) {
  ThreadPool pool(2);
  TileBins bins;
  const std::vector<uint8_t> sides(triangles.size(), both_sides ? 1 : 0);
  bins.build(vertices, {triangles, sides}, width, height, pool);
  const auto size = static_cast<size_t>(width * height * kSamples);
  Picture out{width, height, std::vector<uint32_t>(size), std::vector<float>(size)};
  TileSamples samples;
  for (int tile = 0; tile < bins.tiles(); ++tile) {
    bins.rasterize(tile, samples);
    for (int i = 0; i < kTile * kTile; ++i) {
      const int x = tile % bins.columns() * kTile + i % kTile;
      const int y = tile / bins.columns() * kTile + i / kTile;
      if (x >= width || y >= height) continue;
      for (int s = 0; s < kSamples; ++s) {
        const auto to = static_cast<size_t>((y * width + x) * kSamples + s);
        const uint32_t place = samples.triangle[static_cast<size_t>(i * kSamples + s)];
        out.triangle[to] =
            place == kNothing ? kNothing : uint32_t{bins.triangle(tile, place_of(place)).index};
        out.depth[to] = samples.depth[static_cast<size_t>(i * kSamples + s)];
      }
    }
  }
  return out;
}

ScreenVertex at(double x, double y, float inverse_depth = 1.0f) {
  return {static_cast<int32_t>(std::lround(x * kSubpixels)),
          static_cast<int32_t>(std::lround(y * kSubpixels)), inverse_depth};
}

// The plain definition: a sample belongs to a triangle when it lies on the inner side of all three
// edges, or on an edge that the triangle owns (one that runs up, or level to the right).
bool inside(const std::vector<ScreenVertex>& v, std::array<uint32_t, 3> t, int64_t x, int64_t y) {
  const auto cross = [&](uint32_t a, uint32_t b, int64_t px, int64_t py) {
    return static_cast<int64_t>(v[b].x - v[a].x) * (py - v[a].y) -
           static_cast<int64_t>(v[b].y - v[a].y) * (px - v[a].x);
  };
  if (cross(t[0], t[1], v[t[2]].x, v[t[2]].y) < 0) std::swap(t[1], t[2]);
  for (size_t k = 0; k < 3; ++k) {
    const uint32_t a = t[k], b = t[(k + 1) % 3];
    const int64_t e = cross(a, b, x, y);
    const bool owned = v[b].y < v[a].y || (v[b].y == v[a].y && v[b].x > v[a].x);
    if (e < 0 || (e == 0 && !owned)) return false;
  }
  return true;
}

TEST(Rasterizer, AgreesWithThePlainDefinition) {
  Rng rng(5);
  constexpr int kWidth = 150, kHeight = 97;
  for (int round = 0; round < 60; ++round) {
    // From specks to triangles far larger than the picture (64-bit edge functions).
    const double reach = std::pow(10.0, rng.uniform(0, 3.5));
    std::vector<ScreenVertex> v;
    const double cx = rng.uniform(0, kWidth), cy = rng.uniform(0, kHeight);
    for (int k = 0; k < 3; ++k) {
      v.push_back(at(cx + rng.uniform(-reach, reach), cy + rng.uniform(-reach, reach)));
    }
    const Picture picture = rasterize(v, {{0, 1, 2}}, kWidth, kHeight);
    for (int i = 0; i < kWidth * kHeight * kSamples; ++i) {
      const auto s = static_cast<size_t>(i % kSamples);
      const int x = i / kSamples % kWidth * kSubpixels + kSampleX[s];
      const int y = i / kSamples / kWidth * kSubpixels + kSampleY[s];
      ASSERT_EQ(picture.triangle[static_cast<size_t>(i)] == 0, inside(v, {0, 1, 2}, x, y))
          << "round " << round << " reach " << reach << " sample " << x << " " << y;
    }
  }
}

TEST(Rasterizer, EveryProcessorCoversAlike) {
  // The processor's way, the portable one and the 64-bit one, bit for bit, over what other
  // triangles left.
  Rng rng(6);
  const auto fast = std::make_unique<TileSamples>(), portable = std::make_unique<TileSamples>(),
             wide = std::make_unique<TileSamples>();
  for (TileSamples* samples : {fast.get(), portable.get(), wide.get()}) samples->clear();
  for (uint32_t id = 0; id < 4000; ++id) {
    std::vector<ScreenVertex> v;
    const double reach = std::pow(10.0, rng.uniform(-0.3, 1.6));
    const double cx = rng.uniform(64, 96), cy = rng.uniform(32, 64);
    for (int k = 0; k < 3; ++k) {
      v.push_back(at(cx + rng.uniform(-reach, reach), cy + rng.uniform(-reach, reach),
                     static_cast<float>(rng.uniform(0.5, 2.0))));
    }
    ThreadPool pool(1);
    TileBins bins;
    const Triangles triangle = {{0, 1, 2}};
    const std::vector<uint8_t> sides = {1};
    bins.build(v, {triangle, sides}, 200, 200, pool);
    if (bins.empty(8)) continue;  // the tile from (64, 32)
    const ScreenTriangle& seen = bins.triangle(8, 0);
    const Window w = id % 4 == 0 ? Window{0, kTile, 0, kTile} : window_of(seen, 64, 32);
    cover_small(seen, id, 64, 32, w, *fast);
    cover_small_portable(seen, id, 64, 32, w, *portable);
    cover_large(seen, id, 64, 32, w, *wide);
  }
  for (const TileSamples* other : {portable.get(), wide.get()}) {
    EXPECT_EQ(fast->triangle, other->triangle);
    EXPECT_EQ(std::memcmp(fast->depth.data(), other->depth.data(), sizeof fast->depth), 0);
  }
  EXPECT_NE(fast->triangle[0], kNothing);
}

TEST(Rasterizer, CoversTheAreaOfATriangle) {
  const Picture picture =
      rasterize({at(10.3, 12.8), at(100.9, 30.2), at(40.1, 90.6)}, {{0, 1, 2}}, 128, 128);
  const double area =
      0.5 * std::abs((100.9 - 10.3) * (90.6 - 12.8) - (30.2 - 12.8) * (40.1 - 10.3));
  EXPECT_NEAR(static_cast<double>(picture.covered()) / kSamples, area, 0.004 * area);
}

TEST(Rasterizer, SharedEdgesAreNeitherMissedNorDrawnTwice) {
  // A fan of random triangles that fills a square: each sample is inside exactly one of them.
  Rng rng(9);
  constexpr int kSize = 96, kSpokes = 40;
  std::vector<ScreenVertex> v = {at(47.3, 51.9)};
  for (int i = 0; i < kSpokes; ++i) {
    const double t = 4.0 * i / kSpokes, along = 200 * (t - std::floor(t)) - 52;
    const std::array<std::array<double, 2>, 4> side = {
        {{along, -52}, {148, along}, {96 - along, 148}, {-52, 96 - along}}};
    v.push_back(at(side[static_cast<size_t>(t)][0], side[static_cast<size_t>(t)][1]));
  }
  Triangles fan;
  for (uint32_t i = 0; i < kSpokes; ++i) fan.push_back({0, 1 + i, 1 + (i + 1) % kSpokes});
  EXPECT_EQ(rasterize(v, fan, kSize, kSize).covered(), kSize * kSize * kSamples);
  int64_t each = 0;
  for (const auto& t : fan) each += rasterize(v, {t}, kSize, kSize).covered();
  EXPECT_EQ(each, kSize * kSize * kSamples);
}

TEST(Rasterizer, NearestSurfaceIsSeenWhateverTheOrder) {
  // Two triangles that pierce each other.
  const std::vector<ScreenVertex> v = {at(0, 0, 1.0f), at(64, 0, 2.0f), at(0, 64, 1.0f),
                                       at(0, 0, 2.0f), at(64, 0, 1.0f), at(0, 64, 2.0f)};
  const Picture a = rasterize(v, {{0, 1, 2}, {3, 4, 5}}, 64, 64);
  const Picture b = rasterize(v, {{3, 4, 5}, {0, 1, 2}}, 64, 64);
  for (size_t i = 0; i < a.triangle.size(); ++i) {
    ASSERT_EQ(a.triangle[i] == kNothing, b.triangle[i] == kNothing);
    ASSERT_FLOAT_EQ(a.depth[i], b.depth[i]);
    if (a.depth[i] > 1.51f && a.triangle[i] != kNothing) {
      const auto x = static_cast<int>(i / kSamples % 64);
      EXPECT_EQ(a.triangle[i], x < 32 ? 1u : 0u) << x;
    }
  }
}

TEST(Rasterizer, BackSidesAreDroppedOnRequest) {
  const std::vector<ScreenVertex> v = {at(4, 4), at(28, 4), at(4, 28)};
  // On a screen whose y points down, (0, 1, 2) runs clockwise to the eye: its back.
  EXPECT_EQ(rasterize(v, {{0, 1, 2}}, 32, 32, false).covered(), 0);
  EXPECT_GT(rasterize(v, {{0, 2, 1}}, 32, 32, false).covered(), 0);
  EXPECT_EQ(rasterize(v, {{0, 1, 2}}, 32, 32, true).covered(),
            rasterize(v, {{0, 2, 1}}, 32, 32, true).covered());
}

TEST(Rasterizer, WhatLiesBehindTheCameraOrOutsideIsNotDrawn) {
  EXPECT_EQ(rasterize({at(4, 4), at(28, 4, -1.0f), at(4, 28)}, {{0, 1, 2}}, 32, 32).covered(), 0);
  EXPECT_EQ(rasterize({at(-40, 4), at(-8, 4), at(-40, 28)}, {{0, 1, 2}}, 32, 32).covered(), 0);
  EXPECT_EQ(rasterize({at(40, 4), at(80, 4), at(40, 28)}, {{0, 1, 2}}, 32, 32).covered(), 0);
}

}  // namespace
}  // namespace flowtalk::render
