// Anti-aliased lettering in a built-in stroke font (ASCII), so that captions need no font file.
#pragma once

#include <string_view>

#include "flowtalk/render/image.h"

namespace flowtalk::render {

enum class Align { kLeft, kCentre, kRight };

struct TextStyle {
  float cap_height_px = 16;  // of a capital letter
  Rgb colour{0xf2, 0xf2, 0xf2};
  float weight = 0.13f;  // stroke width, share of the capital's height
  Align align = Align::kLeft;
};

// Advance of a UTF-8 text in pixels. Characters beyond ASCII count, and show, as a box.
float text_width(std::string_view text, const TextStyle& style);

// Whether every character has a glyph, and none shows as a box.
bool has_all_glyphs(std::string_view text);

// Draws one line with its baseline at y, starting, centred or ending at x. What lies outside the
// image is cut off.
void draw_text(Image& image, std::string_view text, float x, float y, const TextStyle& style);

// The style with a smaller cap height where the text would be wider than `width` pixels.
TextStyle fitted(std::string_view text, TextStyle style, float width);

}  // namespace flowtalk::render
