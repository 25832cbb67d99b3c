#include "flowtalk/render/veil.h"

#include <algorithm>
#include <memory>

#include "flowtalk/render/coverage.h"

namespace flowtalk::render {
namespace {

// One triangle by itself against the depths of a tile: won(sample, depth) for each sample where it
// is the nearest.
class Trial {
 public:
  template <class Won>
  void run(const TileBins& bins, int tile, uint32_t place, const TileSamples& against,
           const Won& won) {
    const ScreenTriangle& t = bins.triangle(tile, place);
    const int columns = bins.columns();
    const Window w = window_of(t, tile % columns * kTile, tile / columns * kTile);
    // It writes whole groups of pixels, and at least so many.
    const int end = std::min(
        kTile, std::max(w.x0 + kLeastWidth, (w.x1 + kLanePixels - 1) / kLanePixels * kLanePixels));
    const auto row = [](int x, int y) { return static_cast<size_t>(kSamples * (y * kTile + x)); };
    for (int y = w.y0; y < w.y1; ++y) {
      const size_t from = row(w.x0, y), to = row(end, y);
      std::copy(against.depth.begin() + static_cast<std::ptrdiff_t>(from),
                against.depth.begin() + static_cast<std::ptrdiff_t>(to),
                samples_->depth.begin() + static_cast<std::ptrdiff_t>(from));
      std::fill(samples_->triangle.begin() + static_cast<std::ptrdiff_t>(from),
                samples_->triangle.begin() + static_cast<std::ptrdiff_t>(to), kNothing);
    }
    bins.cover(tile, place, *samples_);
    for (int y = w.y0; y < w.y1; ++y) {
      for (size_t s = row(w.x0, y); s < row(end, y); ++s) {
        if (samples_->triangle[s] != kNothing) won(s, *samples_);
      }
    }
  }

 private:
  std::unique_ptr<TileSamples> samples_ = std::make_unique<TileSamples>();
};

float nearness(const ScreenTriangle& t) {
  return t.inverse_depth[0] + t.inverse_depth[1] + t.inverse_depth[2];
}

}  // namespace

std::vector<VeilPiece> rasterize_painted(const TileBins& bins, int tile, const Painter& painter,
                                         const SeenTriangle* seen, TileSamples& out) {
  out.clear();
  const auto count = static_cast<uint32_t>(bins.count(tile));
  const int left = tile % bins.columns() * kTile, top = tile / bins.columns() * kTile;
  Trial trial;
  std::vector<uint32_t> mixed;
  for (uint32_t place = 0; place < count; ++place) {
    const SeenTriangle& t = seen[place];
    const face::Alpha alpha = painter.alpha_of(t.vertex[0]);
    if (alpha == face::Alpha::kBlend) {
      mixed.push_back(place);
    } else if (alpha == face::Alpha::kOpaque) {
      bins.cover(tile, place, out);
    } else {
      trial.run(bins, tile, place, out, [&](size_t s, const TileSamples& drawn) {
        const size_t pixel = s / kSamples;
        const float x = static_cast<float>(left + static_cast<int>(pixel % kTile)) +
                        static_cast<float>(kSampleX[s % kSamples]) / kSubpixels;
        const float y = static_cast<float>(top + static_cast<int>(pixel / kTile)) +
                        static_cast<float>(kSampleY[s % kSamples]) / kSubpixels;
        if (!painter.is_there(t, x, y)) return;
        out.depth[s] = drawn.depth[s];
        out.triangle[s] = drawn.triangle[s];
      });
    }
  }
  std::ranges::stable_sort(mixed, [&](uint32_t a, uint32_t b) {
    return nearness(bins.triangle(tile, a)) < nearness(bins.triangle(tile, b));
  });
  std::vector<VeilPiece> pieces;
  for (const uint32_t place : mixed) {
    const size_t first = pieces.size();
    trial.run(bins, tile, place, out, [&](size_t s, const TileSamples&) {
      const auto pixel = static_cast<uint16_t>(s / kSamples);
      if (pieces.size() == first || pieces.back().pixel != pixel)
        pieces.push_back({place, pixel, 0});
      pieces.back().samples = static_cast<uint8_t>(pieces.back().samples | 1u << s % kSamples);
    });
  }
  return pieces;
}

}  // namespace flowtalk::render
