// Which samples of a tile one triangle covers, and where it is nearest.
#pragma once

#include "flowtalk/render/rasterizer.h"

namespace flowtalk::render {

inline constexpr int kLanePixels = 4;     // pixels tested together
inline constexpr int kSmallPixels = 255;  // up to it 32-bit edge functions are exact

// The pixels of one triangle inside one tile, relative to it; x0 is a multiple of kLanePixels and
// leaves room for kLeastWidth pixels, which may be written beyond x1.
inline constexpr int kLeastWidth = 2 * kLanePixels;
struct Window {
  int x0, x1, y0, y1;
};
// For the tile whose first pixel is (tile_x, tile_y), which the triangle touches.
Window window_of(const ScreenTriangle& t, int tile_x, int tile_y);

// Draws triangle `id` into the samples of the tile whose first pixel is (tile_x, tile_y). `small`
// ones touch at most kSmallPixels columns and rows. Every way gives the same bits.
void cover_small(const ScreenTriangle& t, uint32_t id, int tile_x, int tile_y, const Window& w,
                 TileSamples& out);
void cover_large(const ScreenTriangle& t, uint32_t id, int tile_x, int tile_y, const Window& w,
                 TileSamples& out);
// The reference of cover_small, without the instructions of newer processors.
void cover_small_portable(const ScreenTriangle& t, uint32_t id, int tile_x, int tile_y,
                          const Window& w, TileSamples& out);

}  // namespace flowtalk::render
