// Attributes of fragments from those of the corners of their triangles.
#pragma once

#include <array>
#include <cstddef>
#include <span>

#include "flowtalk/render/fragments.h"
#include "flowtalk/render/mesh.h"
#include "flowtalk/render/shading.h"

namespace flowtalk::render {

// What each corner of its triangle adds to a fragment.
struct Shares {
  alignas(64) std::array<std::array<float, kBatch>, 3> corner;
  alignas(64) std::array<float, kBatch> side, light;  // 1 or -1, and the share of light it gets
};

// The first `count` fragments, a multiple of kInterpolatedTogether. Normals of surfaces that are
// seen from behind are turned, and inner_light is the share of light that reaches those.
inline constexpr size_t kInterpolatedTogether = 4;
void interpolate(const Fragments& fragments, std::span<const SurfaceVertex> surface,
                 float inner_light, size_t count, Shares& shares, ShadeBatch& batch);
// The reference, without the instructions of newer processors; the same bits.
void interpolate_portable(const Fragments& fragments, std::span<const SurfaceVertex> surface,
                          float inner_light, size_t count, Shares& shares, ShadeBatch& batch);
// The places of fragments on the skin, by the shares that interpolate left.
void interpolate_pores(const Fragments& fragments, std::span<const SurfaceVertex> surface,
                       const Shares& shares, size_t count, ShadeBatch& batch);
// The places of fragments near a painted brow, by the shares that interpolate left.
void interpolate_brows(const Fragments& fragments, std::span<const SurfaceVertex> surface,
                       const Shares& shares, size_t count, ShadeBatch& batch);

}  // namespace flowtalk::render
