#include "flowtalk/render/fragments.h"

#include <bit>

#include "flowtalk/render/simd.h"
#include "flowtalk/render/vectors.h"

namespace flowtalk::render {
namespace {

constexpr float kPixel = 1.0f / kSubpixels;
// Samples of one part of the mesh whose inverse depth differs by less than this share from what the
// triangle of another leads to lie on one surface (0.15 mm at 1 m).
constexpr float kSameSurface = 1.5e-4f;

// Where each sample lies from another one, in pixels.
struct Steps {
  alignas(16) std::array<std::array<float, kSamples>, kSamples> x, y;
};
constexpr Steps kSteps = [] {
  Steps steps{};
  for (size_t from = 0; from < kSamples; ++from) {
    for (size_t to = 0; to < kSamples; ++to) {
      steps.x[from][to] = static_cast<float>(kSampleX[to] - kSampleX[from]) * kPixel;
      steps.y[from][to] = static_cast<float>(kSampleY[to] - kSampleY[from]) * kPixel;
    }
  }
  return steps;
}();
static_assert(kSamples == 4);

// A triangle's inverse depth at all samples of a pixel, if it is `depth` at sample `s`.
[[gnu::always_inline]] inline Floats4 depths_on(const SeenTriangle& t, float depth, size_t s) {
  return depth + t.depth_dx * load<Floats4>(kSteps.x[s].data()) +
         t.depth_dy * load<Floats4>(kSteps.y[s].data());
}

[[gnu::always_inline]] inline void append(const SeenTriangle& triangle, size_t samples, float left,
                                          float top, size_t pixel, size_t at, Fragments& out) {
  const SampleSet& set = kSampleSet[samples];
  out.triangle[at] = &triangle;
  out.x[at] = left + set.x;
  out.y[at] = top + set.y;
  out.share[at] = set.share;
  out.pixel[at] = static_cast<uint16_t>(pixel);
}

[[gnu::always_inline]] inline SeenTriangle seen_triangle(const ScreenTriangle& screen,
                                                         const std::array<uint32_t, 3>& corners) {
  SeenTriangle t;
  t.vertex = {corners[0], corners[screen.back ? 1 : 2], corners[screen.back ? 2 : 1]};
  t.x = static_cast<float>(screen.x[0]) * kPixel;
  t.y = static_cast<float>(screen.y[0]) * kPixel;
  const int32_t x1 = screen.x[1] - screen.x[0], y1 = screen.y[1] - screen.y[0];
  const int32_t x2 = screen.x[2] - screen.x[0], y2 = screen.y[2] - screen.y[0];
  const int64_t area = static_cast<int64_t>(x1) * y2 - static_cast<int64_t>(y1) * x2;
  const float scale = static_cast<float>(kSubpixels) / static_cast<float>(area);
  t.b1_dx = static_cast<float>(y2) * scale;
  t.b1_dy = static_cast<float>(-x2) * scale;
  t.b2_dx = static_cast<float>(-y1) * scale;
  t.b2_dy = static_cast<float>(x1) * scale;
  t.inverse_depth = screen.inverse_depth;
  t.side = screen.back ? -1.0f : 1.0f;
  t.depth_dx = screen.depth_dx;
  t.depth_dy = screen.depth_dy;
  return t;
}

}  // namespace

std::unique_ptr<SeenTriangle[]> see_triangles(const TileBins& bins,
                                              std::span<const std::array<uint32_t, 3>> triangles,
                                              int tile) {
  const size_t count = bins.count(tile);
  auto out = std::make_unique_for_overwrite<SeenTriangle[]>(count);
  for (size_t place = 0; place < count; ++place) {
    const ScreenTriangle& screen = bins.triangle(tile, place);
    out[place] = seen_triangle(screen, triangles[screen.index]);
  }
  return out;
}

FLOWTALK_CLONES void append_row(const TileSamples& samples, size_t row, size_t width, int left,
                                int y, const SeenTriangle* seen, Fragments& out) {
  size_t pixel = row * kTile, count = out.count;
  const size_t end = pixel + width;
  const uint32_t* triangle = &samples.triangle[kSamples * pixel];
  const float* depth = &samples.depth[kSamples * pixel];
  const auto top = static_cast<float>(y);
  auto x = static_cast<float>(left);
  for (; pixel < end; ++pixel, x += 1.0f, triangle += kSamples, depth += kSamples) {
    const auto shown = load<Words4>(triangle);
    const auto depths = load<Floats4>(depth);
    uint32_t open = bits_of(shown != static_cast<int32_t>(kNothing));  // in no fragment yet
    while (open != 0) {
      const auto s = static_cast<size_t>(std::countr_zero(open));
      const SeenTriangle& t = seen[place_of(triangle[s])];
      const Floats4 off = depths - depths_on(t, depth[s], s);
      const Floats4 most = Floats4{} + kSameSurface * depth[s];
      const Words4 other_part =
          (shown ^ static_cast<int32_t>(triangle[s])) & static_cast<int32_t>(kPartMask);
      const Words4 same = (off <= most) & (off >= -most) & (other_part == 0);
      const uint32_t set = (bits_of(same) | 1u << s) & open;
      append(t, set, x, top, pixel, count++, out);
      open &= ~set;
    }
  }
  out.count = count;
}

}  // namespace flowtalk::render
