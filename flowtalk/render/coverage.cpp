#include "flowtalk/render/coverage.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <type_traits>

#include "flowtalk/render/simd.h"

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>
#define FLOWTALK_COVER_512
#endif

namespace flowtalk::render {
namespace {

constexpr float kPixel = 1.0f / kSubpixels;
constexpr int kLanes = kLanePixels * kSamples;
constexpr int kLanePixelsBits = 2;
static_assert(1 << kLanePixelsBits == kLanePixels);

// Where the samples of kLanePixels neighbouring pixels lie, in subpixels and in pixels.
struct LanePlaces {
  alignas(64) std::array<int32_t, kLanes> x, y;
  alignas(64) std::array<float, kLanes> x_px, y_px;
};
constexpr LanePlaces kPlaces = [] {
  LanePlaces p{};
  for (size_t lane = 0; lane < kLanes; ++lane) {
    const size_t s = lane % kSamples;
    p.x[lane] = static_cast<int32_t>(lane) / kSamples * kSubpixels + kSampleX[s];
    p.y[lane] = kSampleY[s];
    p.x_px[lane] = static_cast<float>(p.x[lane]) * kPixel;
    p.y_px[lane] = static_cast<float>(p.y[lane]) * kPixel;
  }
  return p;
}();

// E(x, y) = base + dx * x + dy * y is >= 0 on the inner side of an edge; pixels on a shared edge
// belong to exactly one of its two triangles.
template <class Int>
struct Edge {
  Int base, dx, dy;  // dx, dy per subpixel

  // From corner (ax, ay) to (bx, by); base is the value at (x, y).
  Edge(int32_t ax, int32_t ay, int32_t bx, int32_t by, int32_t x, int32_t y) {
    dx = static_cast<Int>(ay - by);
    dy = static_cast<Int>(bx - ax);
    const bool owns = (by < ay) | ((by == ay) & (bx > ax));  // no branches: they would be missed
    base = static_cast<Int>(dx * static_cast<Int>(x - ax) + dy * static_cast<Int>(y - ay)) -
           (owns ? 0 : 1);
  }
};

// A triangle as seen from the first pixel of its window.
template <class Int>
struct Seen {
  std::array<Edge<Int>, 3> edge;
  float depth;  // inverse

  Seen(const ScreenTriangle& t, int32_t left, int32_t top)
      : edge{Edge<Int>(t.x[1], t.y[1], t.x[2], t.y[2], left, top),
             Edge<Int>(t.x[2], t.y[2], t.x[0], t.y[0], left, top),
             Edge<Int>(t.x[0], t.y[0], t.x[1], t.y[1], left, top)},
        depth(t.inverse_depth[0] + t.depth_dx * (static_cast<float>(left - t.x[0]) * kPixel) +
              t.depth_dy * (static_cast<float>(top - t.y[0]) * kPixel)) {}
};

// Works on kLanes samples at once, in halves. Written with the compiler's vector types, which it
// lowers to whatever the processor has.
template <class Int>
[[gnu::always_inline]] inline void cover(const ScreenTriangle& t, uint32_t id, int tile_x,
                                         int tile_y, const Window w, TileSamples& out) {
  // Unsigned, because g++ 12's overflow checks (-fsanitize=undefined) break sums of signed vectors.
  constexpr int kHalf = kLanes / 2;
  using Unsigned = std::make_unsigned_t<Int>;
  using Ints [[gnu::vector_size(kHalf * sizeof(Int))]] = Int;
  using UnsignedInts [[gnu::vector_size(kHalf * sizeof(Int))]] = Unsigned;
  using Words [[gnu::vector_size(kHalf * sizeof(int32_t))]] = int32_t;
  using Floats [[gnu::vector_size(kHalf * sizeof(float))]] = float;
  const Seen<Int> seen(t, (tile_x + w.x0) * kSubpixels, (tile_y + w.y0) * kSubpixels);
  std::array<std::array<Int, kLanes>, 3> first_edge;
  std::array<float, kLanes> first_depth;
  for (size_t lane = 0; lane < kLanes; ++lane) {
    const int32_t x = kPlaces.x[lane], y = kPlaces.y[lane];
    for (size_t k = 0; k < 3; ++k) {
      first_edge[k][lane] = seen.edge[k].base + seen.edge[k].dx * x + seen.edge[k].dy * y;
    }
    first_depth[lane] =
        seen.depth + t.depth_dx * kPlaces.x_px[lane] + t.depth_dy * kPlaces.y_px[lane];
  }
  UnsignedInts row_edge[3][2];
  Floats row_depth[2];
  std::memcpy(row_edge, first_edge.data(), sizeof row_edge);
  std::memcpy(row_depth, first_depth.data(), sizeof row_depth);
  const Words ids = Words{} + static_cast<int32_t>(id);
  Unsigned right[3], down[3];
  for (size_t k = 0; k < 3; ++k) {
    right[k] = static_cast<Unsigned>(seen.edge[k].dx * (kLanePixels * kSubpixels));
    down[k] = static_cast<Unsigned>(seen.edge[k].dy * kSubpixels);
  }
  const float right_depth = t.depth_dx * kLanePixels, down_depth = t.depth_dy;
  for (size_t half = 0; half < 2; ++half) {
    const size_t first = kSamples * static_cast<size_t>(w.y0 * kTile + w.x0) + half * kHalf;
    float* row_depths = out.depth.data() + first;
    uint32_t* row_ids = out.triangle.data() + first;
    for (int y = w.y0; y < w.y1; ++y) {
      UnsignedInts e0 = row_edge[0][half], e1 = row_edge[1][half], e2 = row_edge[2][half];
      Floats z = row_depth[half];
      auto* depth = reinterpret_cast<Floats*>(row_depths);
      auto* nearest = reinterpret_cast<Words*>(row_ids);
      for (int x = w.x0; x < w.x1; x += kLanePixels, depth += 2, nearest += 2) {
        const Words inside =
            __builtin_convertvector(reinterpret_cast<Ints>(e0 | e1 | e2) >= 0, Words);
        const Words pass = inside & (z > *depth);
        *depth = pass ? z : *depth;
        *nearest = pass ? ids : *nearest;
        e0 += right[0];
        e1 += right[1];
        e2 += right[2];
        z += right_depth;
      }
      for (size_t k = 0; k < 3; ++k) row_edge[k][half] += down[k];
      row_depth[half] += down_depth;
      row_depths += kSamples * kTile;
      row_ids += kSamples * kTile;
    }
  }
}

#ifdef FLOWTALK_COVER_512
// The edges of a triangle as seen from the first pixel of its window, as Edge has them, and a
// fourth lane without meaning.
struct Edges {
  __m128i base, dx, dy;
};
__attribute__((target("avx512f"))) inline Edges edges_of(const ScreenTriangle& t, int32_t left,
                                                         int32_t top) {
  static_assert(offsetof(ScreenTriangle, y) + 16 <= sizeof(ScreenTriangle));
  const __m128i x = _mm_loadu_si128(reinterpret_cast<const __m128i*>(t.x.data()));
  const __m128i y = _mm_loadu_si128(reinterpret_cast<const __m128i*>(t.y.data()));
  constexpr int kFrom = _MM_SHUFFLE(3, 0, 2, 1), kTo = _MM_SHUFFLE(3, 1, 0, 2);
  const __m128i ax = _mm_shuffle_epi32(x, kFrom), ay = _mm_shuffle_epi32(y, kFrom);
  Edges e;
  e.dx = _mm_sub_epi32(ay, _mm_shuffle_epi32(y, kTo));
  e.dy = _mm_sub_epi32(_mm_shuffle_epi32(x, kTo), ax);
  const __m128i zero = _mm_setzero_si128();
  const __m128i owns =
      _mm_or_si128(_mm_cmpgt_epi32(e.dx, zero),
                   _mm_and_si128(_mm_cmpeq_epi32(e.dx, zero), _mm_cmpgt_epi32(e.dy, zero)));
  const __m128i at_first =
      _mm_add_epi32(_mm_mullo_epi32(e.dx, _mm_sub_epi32(_mm_set1_epi32(left), ax)),
                    _mm_mullo_epi32(e.dy, _mm_sub_epi32(_mm_set1_epi32(top), ay)));
  e.base = _mm_sub_epi32(_mm_sub_epi32(at_first, _mm_set1_epi32(1)), owns);
  return e;
}

// Masks that take all: without one, g++ 12 warns of its own header.
constexpr __mmask16 kAll = 0xffff;
template <int kLane>
__attribute__((target("avx512f"))) inline __m512i spread(__m128i v) {
  return _mm512_maskz_broadcastd_epi32(kAll, _mm_shuffle_epi32(v, kLane * 0x55));
}

// Edges and inverse depth of the lanes, and their steps to the right and downwards.
struct Lanes {
  __m512i edge[3], right[3], down[3];
  __m512 depth, right_depth, down_depth;
};
__attribute__((target("avx512f"), always_inline)) inline void start(const ScreenTriangle& t,
                                                                    int32_t left, int32_t top,
                                                                    Lanes& out) {
  const Edges edges = edges_of(t, left, top);
  const __m512i place_x = _mm512_load_si512(kPlaces.x.data());
  const __m512i place_y = _mm512_load_si512(kPlaces.y.data());
  const __m512i base[3] = {spread<0>(edges.base), spread<1>(edges.base), spread<2>(edges.base)};
  const __m512i dx[3] = {spread<0>(edges.dx), spread<1>(edges.dx), spread<2>(edges.dx)};
  const __m512i dy[3] = {spread<0>(edges.dy), spread<1>(edges.dy), spread<2>(edges.dy)};
  for (size_t k = 0; k < 3; ++k) {
    out.edge[k] = _mm512_add_epi32(base[k], _mm512_add_epi32(_mm512_mullo_epi32(dx[k], place_x),
                                                             _mm512_mullo_epi32(dy[k], place_y)));
    out.right[k] = _mm512_maskz_slli_epi32(kAll, dx[k], kLanePixelsBits + kSubpixelBits);
    out.down[k] = _mm512_maskz_slli_epi32(kAll, dy[k], kSubpixelBits);
  }
  const float at_first = t.inverse_depth[0] +
                         t.depth_dx * (static_cast<float>(left - t.x[0]) * kPixel) +
                         t.depth_dy * (static_cast<float>(top - t.y[0]) * kPixel);
  const __m512 depth_dx = _mm512_set1_ps(t.depth_dx), depth_dy = _mm512_set1_ps(t.depth_dy);
  out.depth =
      _mm512_add_ps(_mm512_add_ps(_mm512_set1_ps(at_first),
                                  _mm512_mul_ps(depth_dx, _mm512_load_ps(kPlaces.x_px.data()))),
                    _mm512_mul_ps(depth_dy, _mm512_load_ps(kPlaces.y_px.data())));
  out.right_depth = _mm512_mul_ps(depth_dx, _mm512_set1_ps(kLanePixels));
  out.down_depth = depth_dy;
}

// The same with all lanes in one register and comparisons into masks.
__attribute__((target("avx512f"))) void cover_small_512(const ScreenTriangle& t, uint32_t id,
                                                        int tile_x, int tile_y, const Window& w,
                                                        TileSamples& out) {
  static_assert(kLanes == 16 && kLeastWidth == 2 * kLanePixels);
  Lanes row;
  start(t, (tile_x + w.x0) * kSubpixels, (tile_y + w.y0) * kSubpixels, row);
  const __m512i ids = _mm512_set1_epi32(static_cast<int32_t>(id)), zero = _mm512_setzero_si512();
  const size_t first = kSamples * static_cast<size_t>(w.y0 * kTile + w.x0);
  float* depth = out.depth.data() + first;
  uint32_t* nearest = out.triangle.data() + first;
  const auto test = [&](__m512i e0, __m512i e1, __m512i e2, __m512 z, int group)
      __attribute__((target("avx512f"), always_inline)) {
    const __m512i signs = _mm512_or_si512(_mm512_or_si512(e0, e1), e2);
    const __mmask16 inside = _mm512_cmpge_epi32_mask(signs, zero);
    const __m512 before = _mm512_load_ps(depth + group * kLanes);
    const __mmask16 pass = _mm512_mask_cmp_ps_mask(inside, z, before, _CMP_GT_OQ);
    // Whole stores: the next triangle loads them back at once, which masked ones would hinder.
    _mm512_store_ps(depth + group * kLanes, _mm512_mask_mov_ps(before, pass, z));
    _mm512_mask_store_epi32(nearest + group * kLanes, pass, ids);
  };
  const auto rows = [&](auto groups) __attribute__((target("avx512f"), always_inline)) {
    for (int y = w.y0; y < w.y1; ++y) {
      __m512i e0 = row.edge[0], e1 = row.edge[1], e2 = row.edge[2];
      __m512 z = row.depth;
      test(e0, e1, e2, z, 0);
      for (int group = 1; group < groups; ++group) {
        e0 = _mm512_add_epi32(e0, row.right[0]);
        e1 = _mm512_add_epi32(e1, row.right[1]);
        e2 = _mm512_add_epi32(e2, row.right[2]);
        z = _mm512_add_ps(z, row.right_depth);
        test(e0, e1, e2, z, group);
      }
      depth += kSamples * kTile;
      nearest += kSamples * kTile;
      for (size_t k = 0; k < 3; ++k) row.edge[k] = _mm512_add_epi32(row.edge[k], row.down[k]);
      row.depth = _mm512_add_ps(row.depth, row.down_depth);
    }
  };
  const int groups = (w.x1 - w.x0 + kLanePixels - 1) / kLanePixels;
  // Most have two at most, and an empty second one costs less than a branch that is missed.
  if (groups <= 2) {
    rows(std::integral_constant<int, 2>());
  } else {
    rows(groups);
  }
}
#endif

bool has_512() {
#ifdef FLOWTALK_COVER_512
  return __builtin_cpu_supports("avx512f") != 0;
#else
  return false;
#endif
}
const bool kHas512 = has_512();

}  // namespace

Window window_of(const ScreenTriangle& t, int tile_x, int tile_y) {
  Window w;
  w.x0 = std::clamp(t.x0 - tile_x, 0, kTile - kLeastWidth) / kLanePixels * kLanePixels;
  w.x1 = std::min(kTile, t.x1 - tile_x + 1);
  w.y0 = std::max(0, t.y0 - tile_y);
  w.y1 = std::min(kTile, t.y1 - tile_y + 1);
  return w;
}

FLOWTALK_CLONES void cover_small_portable(const ScreenTriangle& t, uint32_t id, int tile_x,
                                          int tile_y, const Window& w, TileSamples& out) {
  cover<int32_t>(t, id, tile_x, tile_y, w, out);
}

void cover_small(const ScreenTriangle& t, uint32_t id, int tile_x, int tile_y, const Window& w,
                 TileSamples& out) {
#ifdef FLOWTALK_COVER_512
  if (kHas512) return cover_small_512(t, id, tile_x, tile_y, w, out);
#endif
  cover_small_portable(t, id, tile_x, tile_y, w, out);
}

void cover_large(const ScreenTriangle& t, uint32_t id, int tile_x, int tile_y, const Window& w,
                 TileSamples& out) {
  cover<int64_t>(t, id, tile_x, tile_y, w, out);
}

}  // namespace flowtalk::render
