// Pictures on surfaces, for faces that have some (face/paint.h): what colour a point has, and how
// much of it is there.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "flowtalk/face/paint.h"
#include "flowtalk/render/fragments.h"
#include "flowtalk/render/interpolation.h"
#include "flowtalk/render/shading.h"

namespace flowtalk::render {

class Painter {
 public:
  // paint must outlive it. coloured: else only what is there counts, and all is lit (clay).
  Painter(const face::Paint& paint, bool coloured);

  face::Alpha alpha_of(uint32_t vertex) const { return surface_of(vertex).alpha; }
  // Whether a surface of Alpha::kMask is there; (x, y): pixels of the viewport.
  bool is_there(const SeenTriangle& triangle, float x, float y) const;

  // Of the first `count` fragments: takes their colours times the pictures' and tells how much is
  // there, 0..1. By the shares that interpolate left.
  void paint(const Fragments& fragments, const Shares& shares, size_t count, ShadeBatch& batch,
             std::span<float> opacity) const;
  // After shade(): surfaces without light get their own colours back.
  void unlight(const Fragments& fragments, size_t count, ShadeBatch& batch) const;

 private:
  struct Level {  // of a picture, each half as large as the one before
    int width = 0, height = 0;
    std::span<const uint8_t> rgba;  // of the picture itself, or `own`
    std::vector<uint8_t> own{};
  };
  using Sample = std::array<float, 4>;  // linear, alpha

  const face::PaintedSurface& surface_of(uint32_t vertex) const {
    return paint_.surfaces[paint_.surface[vertex]];
  }
  // corner: the shares of a triangle's corners at the point.
  Sample at(const SeenTriangle& triangle, const std::array<float, 3>& corner) const;
  // pixel_uv: how far a pixel goes across the picture, as a share of it.
  Sample look_up(size_t texture, float u, float v, float pixel_uv) const;
  static Sample between(const Level& level, const face::Texture& how, float u, float v);

  const face::Paint& paint_;
  bool coloured_;
  std::vector<std::vector<Level>> pictures_;
};

}  // namespace flowtalk::render
