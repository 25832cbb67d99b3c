// How the surfaces of a glTF file look: their base colour, its picture and their alpha mode.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "flowtalk/avatar/surface.h"
#include "flowtalk/face/paint.h"

namespace flowtalk::avatar {

struct Material {
  face::PaintedSurface surface;             // its texture stands for a place in `images`, below
  std::array<float, 4> factor{1, 1, 1, 1};  // linear
  bool coloured = true;                     // colours of vertices count
  size_t uv_set = 0;
  std::array<float, 6> uv{1, 0, 0, 0, 1, 0};  // rows: how places on the picture are changed
};

struct Materials {
  std::vector<Material> all;  // of the file, and the one of meshes that name none
  struct Picture {
    size_t image = 0;  // of the file
    face::Wrap wrap_x = face::Wrap::kRepeat, wrap_y = face::Wrap::kRepeat;
  };
  std::vector<Picture> pictures;
};

// Errors: places beyond the file's lists.
Materials materials_of(const gltf::Document& document);

// The surface's paint, with textures that have no picture yet, and the colours (V, 3) that go with
// it. places: of the vertices at rest.
face::Paint paint_of(const Surface& surface, const Materials& materials,
                     std::span<const float> places, std::vector<std::array<float, 3>>& albedo);

}  // namespace flowtalk::avatar
