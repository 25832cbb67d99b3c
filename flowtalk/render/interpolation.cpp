#include "flowtalk/render/interpolation.h"

#include <algorithm>
#include <cstddef>
#include <cstring>

#include "flowtalk/render/vectors.h"

namespace flowtalk::render {
namespace {

static_assert(kAttributes % 4 == 0 && kInterpolatedTogether == 4);
static_assert(offsetof(SeenTriangle, b2_dx) == 16 && offsetof(SeenTriangle, inverse_depth) == 24 &&
              offsetof(SeenTriangle, side) == 36 && sizeof(SeenTriangle) == 64);

[[gnu::always_inline]] inline Floats4 clamped(Floats4 v, Floats4 most) {
  v = v > 0.0f ? v : Floats4{};
  return v < most ? v : most;
}

// Of four fragments from the i-th.
[[gnu::always_inline]] inline void share(const Fragments& fragments, size_t i, float inner_light,
                                         Shares& out) {
  // What is known of the triangles is turned into columns.
  Floats4 place[4], slope[4], rest[4];
  for (size_t j = 0; j < 4; ++j) {
    const auto* from = reinterpret_cast<const char*>(fragments.triangle[i + j]);
    place[j] = load<Floats4>(from);
    slope[j] = load<Floats4>(from + offsetof(SeenTriangle, b2_dx));
    rest[j] = load<Floats4>(from + offsetof(SeenTriangle, inverse_depth) + 8);
  }
  transpose(place);  // x, y, b1_dx, b1_dy
  transpose(slope);  // b2_dx, b2_dy, inverse depths 0, 1
  transpose(rest);   // inverse depth 2, side
  const Floats4 dx = load<Floats4>(&fragments.x[i]) - place[0];
  const Floats4 dy = load<Floats4>(&fragments.y[i]) - place[1];
  const Floats4 one = Floats4{} + 1.0f;
  // A neighbour's share of the pixel may put the point just outside.
  const Floats4 b1 = clamped(place[2] * dx + place[3] * dy, one);
  const Floats4 b2 = clamped(slope[0] * dx + slope[1] * dy, one - b1);
  const Floats4 w0 = (one - b1 - b2) * slope[2], w1 = b1 * slope[3], w2 = b2 * rest[0];
  const Floats4 scale = one / (w0 + w1 + w2);
  const Floats4 light = rest[1] > 0.0f ? one : Floats4{} + inner_light;
  store(w0 * scale, &out.corner[0][i]);
  store(w1 * scale, &out.corner[1][i]);
  store(w2 * scale, &out.corner[2][i]);
  store(rest[1], &out.side[i]);
  store(light, &out.light[i]);
}

// The attributes from k on, as many as a vector holds, of four fragments from the i-th: weighted
// together and turned into rows of the batch.
template <class Floats, size_t k>
[[gnu::always_inline]] inline void weigh(const float* const (&corner)[4][3], const Shares& shares,
                                         size_t i, ShadeBatch& batch) {
  Floats v[4];
  for (size_t j = 0; j < 4; ++j) {
    Floats a, b, c;
    std::memcpy(&a, corner[j][0] + k, sizeof a);
    std::memcpy(&b, corner[j][1] + k, sizeof b);
    std::memcpy(&c, corner[j][2] + k, sizeof c);
    v[j] = shares.corner[0][i + j] * a + shares.corner[1][i + j] * b + shares.corner[2][i + j] * c;
  }
  transpose(v);
  constexpr size_t kLast = std::min<size_t>(kAttributes, k + sizeof(Floats) / sizeof(float));
  for (size_t attribute = k; attribute < kLast; ++attribute) {
    // Column (attribute - k) % 4 of the four lanes that hold it.
    const size_t lane = (attribute - k) / 4 * 4;
    Floats4 row;
    std::memcpy(&row, reinterpret_cast<const float*>(&v[(attribute - k) % 4]) + lane, sizeof row);
    if (attribute <= kNormalZ) row *= load<Floats4>(&shares.side[i]);
    if (attribute == kAmbient || attribute == kKeyLight) row *= load<Floats4>(&shares.light[i]);
    store(row, &batch.attribute[attribute][i]);
  }
}

// Four fragments at a time, by vectors of this kind.
template <class Floats>
[[gnu::always_inline]] inline void interpolate_by(const Fragments& fragments,
                                                  std::span<const SurfaceVertex> surface,
                                                  float inner_light, size_t count, Shares& shares,
                                                  ShadeBatch& batch) {
  // All shares first: the two loops wait less than one does.
  for (size_t i = 0; i < count; i += kInterpolatedTogether)
    share(fragments, i, inner_light, shares);
  for (size_t i = 0; i < count; i += kInterpolatedTogether) {
    const float* corner[4][3];
    for (size_t j = 0; j < 4; ++j) {
      for (size_t c = 0; c < 3; ++c) {
        corner[j][c] =
            reinterpret_cast<const float*>(&surface[fragments.triangle[i + j]->vertex[c]]);
      }
    }
    constexpr size_t kWidth = sizeof(Floats) / sizeof(float);
    weigh<Floats, 0>(corner, shares, i, batch);
    if constexpr (kWidth < kAttributes) weigh<Floats, kWidth>(corner, shares, i, batch);
    if constexpr (2 * kWidth < kAttributes) weigh<Floats, 2 * kWidth>(corner, shares, i, batch);
    static_assert(3 * kWidth >= kAttributes);
  }
}

#if defined(__x86_64__) && defined(__GNUC__)
#define FLOWTALK_INTERPOLATE_WIDE
__attribute__((target("avx2"))) void interpolate_8(const Fragments& fragments,
                                                   std::span<const SurfaceVertex> surface,
                                                   float inner_light, size_t count, Shares& shares,
                                                   ShadeBatch& batch) {
  interpolate_by<Floats8>(fragments, surface, inner_light, count, shares, batch);
}
__attribute__((target("avx512f"))) void interpolate_16(const Fragments& fragments,
                                                       std::span<const SurfaceVertex> surface,
                                                       float inner_light, size_t count,
                                                       Shares& shares, ShadeBatch& batch) {
  interpolate_by<Floats16>(fragments, surface, inner_light, count, shares, batch);
}
#endif

}  // namespace

void interpolate_portable(const Fragments& fragments, std::span<const SurfaceVertex> surface,
                          float inner_light, size_t count, Shares& shares, ShadeBatch& batch) {
  interpolate_by<Floats4>(fragments, surface, inner_light, count, shares, batch);
}

void interpolate(const Fragments& fragments, std::span<const SurfaceVertex> surface,
                 float inner_light, size_t count, Shares& shares, ShadeBatch& batch) {
#ifdef FLOWTALK_INTERPOLATE_WIDE
  static const auto kWay = __builtin_cpu_supports("avx512f") != 0 ? interpolate_16
                           : __builtin_cpu_supports("avx2") != 0  ? interpolate_8
                                                                  : interpolate_portable;
  kWay(fragments, surface, inner_light, count, shares, batch);
#else
  interpolate_portable(fragments, surface, inner_light, count, shares, batch);
#endif
}

void interpolate_pores(const Fragments& fragments, std::span<const SurfaceVertex> surface,
                       const Shares& shares, size_t count, ShadeBatch& batch) {
  for (size_t i = 0; i < count; ++i) {
    float x = 0, y = 0;
    for (size_t c = 0; c < 3; ++c) {
      const auto& place = surface[fragments.triangle[i]->vertex[c]].pores;
      x += shares.corner[c][i] * place[0];
      y += shares.corner[c][i] * place[1];
    }
    batch.pores_x[i] = x;
    batch.pores_y[i] = y;
  }
}

void interpolate_brows(const Fragments& fragments, std::span<const SurfaceVertex> surface,
                       const Shares& shares, size_t count, ShadeBatch& batch) {
  for (size_t i = 0; i < count; ++i) {
    batch.brow[i] = {0, 0};
    for (size_t c = 0; c < 3; ++c) {
      const face::BrowPlace& place = surface[fragments.triangle[i]->vertex[c]].brow;
      batch.brow[i].along += shares.corner[c][i] * place.along;
      batch.brow[i].across += shares.corner[c][i] * place.across;
    }
  }
}

}  // namespace flowtalk::render
