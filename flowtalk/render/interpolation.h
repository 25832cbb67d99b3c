// Attributes of fragments from those of the corners of their triangles.
#pragma once

#include <cstddef>
#include <span>

#include "flowtalk/render/fragments.h"
#include "flowtalk/render/mesh.h"
#include "flowtalk/render/shading.h"

namespace flowtalk::render {

// The first `count` fragments, a multiple of kInterpolatedTogether. Normals of surfaces that are
// seen from behind are turned, and inner_light is the share of light that reaches those.
inline constexpr size_t kInterpolatedTogether = 4;
void interpolate(const Fragments& fragments, std::span<const SurfaceVertex> surface,
                 float inner_light, size_t count, ShadeBatch& batch);
// The reference, without the instructions of newer processors; the same bits.
void interpolate_portable(const Fragments& fragments, std::span<const SurfaceVertex> surface,
                          float inner_light, size_t count, ShadeBatch& batch);

// The places of fragments near a painted brow.
void interpolate_brows(const Fragments& fragments, std::span<const SurfaceVertex> surface,
                       size_t count, ShadeBatch& batch);

}  // namespace flowtalk::render
