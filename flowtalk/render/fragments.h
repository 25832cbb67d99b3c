// From the samples of a pixel to the surfaces it shows, each once.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>

#include "flowtalk/render/mesh.h"
#include "flowtalk/render/rasterizer.h"
#include "flowtalk/render/shading.h"

namespace flowtalk::render {

// A triangle in sight, with what gives the shares of its corners at any point: one cache line, in
// the order in which vectors of four load it.
struct alignas(64) SeenTriangle {
  float x, y;                          // of the first corner, pixels
  float b1_dx, b1_dy, b2_dx, b2_dy;    // screen-space barycentrics per pixel
  std::array<float, 3> inverse_depth;  // of the corners
  float side;                          // 1: its outer side is seen, -1: the inner
  float depth_dx, depth_dy;            // of the inverse depth, per pixel
  std::array<uint32_t, 3> vertex;
};
// The triangles of a tile by their places in it.
std::unique_ptr<SeenTriangle[]> see_triangles(const TileBins& bins,
                                              std::span<const std::array<uint32_t, 3>> triangles,
                                              int tile);

// Where in a pixel the middle of a set of samples lies, and which share of the pixel it is.
struct SampleSet {
  float x = 0, y = 0, share = 0;
};
inline constexpr size_t kSampleSets = 1 << kSamples;
inline constexpr std::array<SampleSet, kSampleSets> kSampleSet = [] {
  std::array<SampleSet, kSampleSets> sets{};
  for (size_t set = 1; set < kSampleSets; ++set) {
    int count = 0, x = 0, y = 0;
    for (size_t s = 0; s < kSamples; ++s) {
      if ((set >> s & 1) == 0) continue;
      ++count;
      x += kSampleX[s];
      y += kSampleY[s];
    }
    const auto scale = 1.0f / static_cast<float>(count * kSubpixels);
    sets[set] = {static_cast<float>(x) * scale, static_cast<float>(y) * scale,
                 static_cast<float>(count) / kSamples};
  }
  return sets;
}();

// Points of surfaces in sight, each for some samples of its pixel, to be shaded together.
inline constexpr size_t kMostPerRow = size_t{kTile} * kSamples;
struct Fragments {
  size_t count = 0;
  std::array<const SeenTriangle*, kBatch> triangle;
  alignas(64) std::array<float, kBatch> x, y;   // pixels of the viewport
  alignas(64) std::array<float, kBatch> share;  // of the pixel's samples
  std::array<uint16_t, kBatch> pixel;           // inside the tile
};

// Appends the surfaces of the first `width` pixels of a row of a tile, each once per pixel, and at
// most kMostPerRow. Samples of one part of the mesh that lie on one surface make one fragment, of
// the triangle of the first of them. (left, y): where the row begins in the viewport.
void append_row(const TileSamples& samples, size_t row, size_t width, int left, int y,
                const SeenTriangle* seen, Fragments& out);

}  // namespace flowtalk::render
