#include "flowtalk/render/interpolation.h"

#include <cstddef>
#include <cstring>

#include "flowtalk/render/simd.h"
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

// Four fragments at a time: what is known of their triangles is turned into columns, from which
// come the shares of the corners; four attributes of each are weighted together and turned into
// rows.
[[gnu::always_inline]] inline void four_at(const Fragments& fragments, size_t i,
                                           const SurfaceVertex* surface, float inner_light,
                                           ShadeBatch& batch) {
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
  const Floats4 dx = load<Floats4>(&fragments.x[i]) - place[0],
                dy = load<Floats4>(&fragments.y[i]) - place[1];
  const Floats4 one = Floats4{} + 1.0f;
  // A neighbour's share of the pixel may put the point just outside.
  const Floats4 b1 = clamped(place[2] * dx + place[3] * dy, one);
  const Floats4 b2 = clamped(slope[0] * dx + slope[1] * dy, one - b1);
  Floats4 w0 = (one - b1 - b2) * slope[2], w1 = b1 * slope[3], w2 = b2 * rest[0];
  const Floats4 scale = one / (w0 + w1 + w2);
  w0 *= scale;
  w1 *= scale;
  w2 *= scale;
  const Floats4 side = rest[1], light = side > 0.0f ? one : Floats4{} + inner_light;
  const float* corner[4][3];
  for (size_t j = 0; j < 4; ++j) {
    for (size_t c = 0; c < 3; ++c) {
      corner[j][c] = surface[fragments.triangle[i + j]->vertex[c]].value.data();
    }
  }
#pragma GCC unroll 3
  for (size_t k = 0; k < kAttributes; k += 4) {
    Floats4 v[4];
    for (size_t j = 0; j < 4; ++j) {
      v[j] = w0[j] * load<Floats4>(corner[j][0] + k) + w1[j] * load<Floats4>(corner[j][1] + k) +
             w2[j] * load<Floats4>(corner[j][2] + k);
    }
    transpose(v);
    for (size_t a = 0; a < 4; ++a) {
      if (k + a <= kNormalZ) v[a] *= side;
      if (k + a == kAmbient || k + a == kKeyLight) v[a] *= light;
      std::memcpy(&batch.attribute[k + a][i], &v[a], sizeof v[a]);
    }
  }
}

}  // namespace

FLOWTALK_CLONES void interpolate(const Fragments& fragments, std::span<const SurfaceVertex> surface,
                                 float inner_light, size_t count, ShadeBatch& batch) {
  for (size_t i = 0; i < count; i += kInterpolatedTogether) {
    four_at(fragments, i, surface.data(), inner_light, batch);
  }
}

}  // namespace flowtalk::render
