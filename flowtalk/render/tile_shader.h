// From the samples of one tile to its pixels.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "flowtalk/render/fragments.h"
#include "flowtalk/render/image.h"
#include "flowtalk/render/interpolation.h"
#include "flowtalk/render/mesh.h"
#include "flowtalk/render/painter.h"
#include "flowtalk/render/rasterizer.h"
#include "flowtalk/render/shading.h"
#include "flowtalk/render/veil.h"

namespace flowtalk::render {

// What all tiles of a picture share.
struct Scene {
  const TileBins* bins = nullptr;
  std::span<const std::array<uint32_t, 3>> triangles;
  std::span<const SurfaceVertex> surface;
  const Image* backdrop = nullptr;  // as large as the viewport
  float slope = 0;                  // of the viewing ray, per pixel from the middle
  const Rig* rig = nullptr;
  float strand_contrast = 1;  // 0..1
  bool painted_brows = false;
  Vec3 brow_colour{};
  float pore_contrast = 0;           // 0..1
  float inner_light = 1;             // on the inner side of surfaces, share of the outer
  const Painter* painter = nullptr;  // of faces with pictures on them
};

// Shades tile `tile` of a scene whose viewport is `at` in `out`.
class TileShader {
 public:
  TileShader(const Scene& scene, int tile, const Rect& at);
  void draw(Image& out);

 private:
  static constexpr int kRowsTogether = kBatch / kMostPerRow;
  static constexpr size_t kColours = kTile * kRowsTogether;

  // Colours for the first `filled` fragments, the last of which may be copies.
  size_t shade_batch();
  void shade_fragments();
  void shade_veil(const std::vector<VeilPiece>& pieces, const SeenTriangle* seen);
  void draw_veil(int y);
  void write_row(int y, Image& out) const;
  void write_row_with_alpha(int y, Image& out) const;

  const Scene& scene_;
  Rect at_;
  int left_, top_, right_, bottom_, tile_;  // the tile inside the viewport
  TileSamples samples_;
  Fragments fragments_;  // that wait to be shaded
  Shares shares_;
  ShadeBatch batch_;
  std::array<float, kBatch> opacity_;  // of fragments, where there is a painter
  std::unique_ptr<Veil> veil_;         // null: nothing is seen through
  // Linear red, green and blue of each pixel, and the share of its samples that show a surface.
  alignas(64) std::array<std::array<float, 4>, kColours> colour_;
};

}  // namespace flowtalk::render
