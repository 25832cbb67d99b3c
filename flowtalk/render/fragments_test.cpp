#include "flowtalk/render/fragments.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>
#include <vector>

#include "flowtalk/base/rng.h"
#include "flowtalk/render/interpolation.h"

namespace flowtalk::render {
namespace {

// One tile full of triangles of three parts of a mesh, many of them on one plane.
struct Scrap {
  std::vector<ScreenVertex> vertices;
  std::vector<std::array<uint32_t, 3>> triangles;
  std::vector<uint8_t> sides, part;
  TileBins bins;
  std::unique_ptr<SeenTriangle[]> seen;
  std::unique_ptr<TileSamples> samples = std::make_unique<TileSamples>();

  explicit Scrap(uint64_t seed) {
    Rng rng(seed);
    for (uint32_t i = 0; i < 60; ++i) {
      const double cx = rng.uniform(0, kTile), cy = rng.uniform(0, kTile), reach = 9;
      for (uint32_t k = 0; k < 3; ++k) {
        ScreenVertex v;
        v.x = static_cast<int32_t>(std::lround((cx + rng.uniform(-reach, reach)) * kSubpixels));
        v.y = static_cast<int32_t>(std::lround((cy + rng.uniform(-reach, reach)) * kSubpixels));
        v.inverse_depth = 1.0f + 1e-6f * static_cast<float>(v.x);
        if (i % 2 == 0) v.inverse_depth += static_cast<float>(rng.uniform(-1e-3, 1e-3));
        vertices.push_back(v);
      }
      triangles.push_back({3 * i, 3 * i + 1, 3 * i + 2});
      sides.push_back(1);
      part.push_back(static_cast<uint8_t>(1 + i % 3));
    }
    ThreadPool pool(1);
    bins.build(vertices, {triangles, sides, part}, kTile, kTile, pool);
    bins.rasterize(0, *samples);
    seen = see_triangles(bins, triangles, 0);
  }
};

struct Expected {
  size_t pixel;
  uint32_t place;
  float x, y, share;
};

// The plain definition, sample by sample.
std::vector<Expected> split_row(const Scrap& scrap, size_t row) {
  std::vector<Expected> out;
  for (size_t pixel = row * kTile; pixel < (row + 1) * kTile; ++pixel) {
    const uint32_t* id = &scrap.samples->triangle[kSamples * pixel];
    const float* depth = &scrap.samples->depth[kSamples * pixel];
    std::array<bool, kSamples> done{};
    for (size_t s = 0; s < kSamples; ++s) {
      if (done[s] || id[s] == kNothing) continue;
      const SeenTriangle& t = scrap.seen[place_of(id[s])];
      int count = 0, x = 0, y = 0;
      for (size_t r = s; r < kSamples; ++r) {
        if (done[r] || id[r] == kNothing) continue;
        const auto dx = static_cast<float>(kSampleX[r] - kSampleX[s]) / kSubpixels;
        const auto dy = static_cast<float>(kSampleY[r] - kSampleY[s]) / kSubpixels;
        const float led_to = depth[s] + t.depth_dx * dx + t.depth_dy * dy;
        const bool one_part = id[r] >> kPartShift == id[s] >> kPartShift;
        if (r != s && (!one_part || std::abs(depth[r] - led_to) > 1.5e-4f * depth[s])) continue;
        done[r] = true;
        ++count;
        x += kSampleX[r];
        y += kSampleY[r];
      }
      const auto scale = 1.0f / static_cast<float>(count * kSubpixels);
      out.push_back({pixel, place_of(id[s]), static_cast<float>(x) * scale,
                     static_cast<float>(y) * scale, static_cast<float>(count) / kSamples});
    }
  }
  return out;
}

TEST(Fragments, AgreeWithThePlainDefinition) {
  size_t several = 0;
  for (uint64_t seed = 0; seed < 20; ++seed) {
    Scrap scrap(seed);
    for (size_t row = 0; row < kTile; ++row) {
      Fragments f;
      append_row(*scrap.samples, row, kTile, 100, 50, scrap.seen.get(), f);
      const auto expected = split_row(scrap, row);
      ASSERT_EQ(f.count, expected.size());
      for (size_t i = 0; i < f.count; ++i) {
        const Expected& e = expected[i];
        ASSERT_EQ(f.pixel[i], e.pixel);
        ASSERT_EQ(f.triangle[i] - scrap.seen.get(), e.place);
        ASSERT_EQ(f.share[i], e.share);
        ASSERT_NEAR(f.x[i], 100.0f + static_cast<float>(e.pixel % kTile) + e.x, 1e-5f);
        ASSERT_NEAR(f.y[i], 50.0f + e.y, 1e-5f);
        several += e.share < 1 ? 1 : 0;
      }
    }
  }
  EXPECT_GT(several, 1000u);
}

TEST(Fragments, AttributesAreTheSameOnEveryProcessor) {
  Scrap scrap(3);
  Rng rng(4);
  std::vector<SurfaceVertex> surface(scrap.vertices.size());
  for (SurfaceVertex& v : surface) {
    for (float& x : v.value) x = static_cast<float>(rng.uniform(-1, 1));
  }
  const auto fast = std::make_unique<ShadeBatch>(), portable = std::make_unique<ShadeBatch>();
  for (size_t row = 0; row < kTile; ++row) {
    Fragments f;
    Shares shares;
    append_row(*scrap.samples, row, kTile, 0, static_cast<int>(row), scrap.seen.get(), f);
    const size_t count = f.count / kInterpolatedTogether * kInterpolatedTogether;
    interpolate(f, surface, 0.25f, count, shares, *fast);
    interpolate_portable(f, surface, 0.25f, count, shares, *portable);
    for (size_t k = 0; k < kAttributes; ++k) {
      ASSERT_EQ(std::memcmp(fast->attribute[k].data(), portable->attribute[k].data(),
                            count * sizeof(float)),
                0)
          << k;
    }
  }
}

TEST(Fragments, AttributesOfAPlaneAreThoseOfItsPoints) {
  // On a triangle that faces the camera shares are linear in the picture.
  Scrap scrap(5);
  for (ScreenVertex& v : scrap.vertices) v.inverse_depth = 1.0f;
  ThreadPool pool(1);
  scrap.bins.build(scrap.vertices, {scrap.triangles, scrap.sides, scrap.part}, kTile, kTile, pool);
  scrap.bins.rasterize(0, *scrap.samples);
  scrap.seen = see_triangles(scrap.bins, scrap.triangles, 0);
  std::vector<SurfaceVertex> surface(scrap.vertices.size());
  for (size_t v = 0; v < surface.size(); ++v) {
    surface[v].value[kRed] = static_cast<float>(scrap.vertices[v].x) / kSubpixels;
    surface[v].value[kScatter] = static_cast<float>(scrap.vertices[v].y) / kSubpixels;
    surface[v].brow.along = surface[v].value[kRed];
  }
  const auto batch = std::make_unique<ShadeBatch>();
  for (size_t row = 0; row < kTile; ++row) {
    Fragments f;
    Shares shares;
    append_row(*scrap.samples, row, kTile, 0, static_cast<int>(row), scrap.seen.get(), f);
    const size_t count = f.count / kInterpolatedTogether * kInterpolatedTogether;
    interpolate(f, surface, 1.0f, count, shares, *batch);
    interpolate_brows(f, surface, shares, count, *batch);
    for (size_t i = 0; i < count; ++i) {
      const uint32_t* id = &scrap.samples->triangle[kSamples * f.pixel[i]];
      if (std::count(id, id + kSamples, id[0]) < kSamples) continue;  // may lie beside its triangle
      ASSERT_NEAR(batch->attribute[kRed][i], f.x[i], 1e-3f);
      ASSERT_NEAR(batch->attribute[kScatter][i], f.y[i], 1e-3f);
      ASSERT_EQ(batch->attribute[kRed][i], batch->brow[i].along);
    }
  }
}

}  // namespace
}  // namespace flowtalk::render
