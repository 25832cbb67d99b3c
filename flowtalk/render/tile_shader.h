// From the samples of one tile to its pixels.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "flowtalk/render/image.h"
#include "flowtalk/render/mesh.h"
#include "flowtalk/render/rasterizer.h"
#include "flowtalk/render/shading.h"

namespace flowtalk::render {

// What all tiles of a picture share.
struct Scene {
  const TileBins* bins = nullptr;
  std::span<const SurfaceVertex> surface;
  std::span<const uint16_t> part;   // per triangle; parts are not connected
  const Image* backdrop = nullptr;  // as large as the viewport
  float slope = 0;                  // of the viewing ray, per pixel from the middle
  const Rig* rig = nullptr;
  float strand_contrast = 1;  // 0..1
  float inner_light = 1;      // on the inner side of surfaces, share of the outer
};

// A point of a triangle, by the shares of its corners.
struct Corners {
  std::array<const SurfaceVertex*, 3> surface;
  std::array<float, 3> weight;
  bool back;  // the inner side is seen
};
// Attributes of points (a multiple of four of them) from their corners.
void interpolate(std::span<const Corners> corners, ShadeBatch& batch);

// Shades tile `tile` of a scene whose viewport is `at` in `out`.
class TileShader {
 public:
  TileShader(const Scene& scene, int tile, const Rect& at);
  void draw(Image& out);

 private:
  struct Fragment {
    uint32_t pixel;  // inside the tile
    float weight;    // share of the pixel's samples
  };
  float add_pixel(uint32_t pixel, int x, int y);
  void add(uint32_t triangle, uint32_t pixel, float weight, float x, float y);
  void flush();
  void write_row(int y, Image& out) const;

  const Scene& scene_;
  Rect at_;
  int left_, top_, right_, bottom_, tile_;  // the tile inside the viewport
  size_t count_ = 0;
  TileSamples samples_;
  ShadeBatch batch_;
  std::array<Fragment, kBatch> fragment_;
  std::array<Corners, kBatch> corners_;
  std::array<std::array<float, kTile * kTile>, 3> colour_;
  std::array<float, kTile * kTile> empty_;  // share of samples that show the backdrop
};

}  // namespace flowtalk::render
