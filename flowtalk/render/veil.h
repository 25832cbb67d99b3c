// What of a tile is seen through: surfaces with holes and surfaces that are mixed with what is
// behind them, over those that hide it.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "flowtalk/render/painter.h"
#include "flowtalk/render/rasterizer.h"

namespace flowtalk::render {

// The colours that lie over each sample of a tile, and how much of what is behind they let through.
struct Veil {
  struct Layer {
    std::array<float, 3> colour{};  // times what is there of it
    float through = 1;
  };
  std::array<Layer, kSamples * kTile * kTile> samples;
};

// A triangle of a tile where it is seen: samples of one pixel.
struct VeilPiece {
  uint32_t place = 0;   // of the triangle, in the tile
  uint16_t pixel = 0;   // inside the tile
  uint8_t samples = 0;  // a bit each
};

// Draws the tile's triangles: all that hide what is behind them into `out`, where surfaces with
// holes are there. Those that are mixed come back, the farthest first, as far as they are in front
// of `out`.
std::vector<VeilPiece> rasterize_painted(const TileBins& bins, int tile, const Painter& painter,
                                         const SeenTriangle* seen, TileSamples& out);

}  // namespace flowtalk::render
