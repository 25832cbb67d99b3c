// The strokes of the built-in font: our own drawing, straight lines and ellipse arcs.
#pragma once

#include <span>
#include <string_view>

namespace flowtalk::render {

// Units: a capital is 20 high, a small x 14, descenders reach -6; y points up.
//   m x y             start at a point
//   l x y             line
//   a cx cy rx ry s e arc from angle s to e in degrees, joined to what came before
//   o cx cy rx ry     an ellipse of its own
struct Glyph {
  float width;
  std::string_view strokes;
};

// The glyph of a character; anything but printable ASCII is a box.
const Glyph& glyph_of(char32_t character);

}  // namespace flowtalk::render
