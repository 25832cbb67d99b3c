// An 8-bit sRGB picture in memory, and PNG out.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace flowtalk::render {

using Rgb = std::array<uint8_t, 3>;  // sRGB

struct Image {
  int width = 0, height = 0;
  std::vector<uint8_t> rgb;  // height * width * 3, row by row from the top
  // height * width: 0 nothing is there .. 255 covered; colours are not scaled by it. Empty: all is
  // covered.
  std::vector<uint8_t> alpha;

  Image() = default;
  Image(int width_px, int height_px, Rgb colour = {0, 0, 0});
  static Image transparent(int width_px, int height_px);  // nothing is there
  bool has_alpha() const { return !alpha.empty(); }
  uint8_t* alpha_at(int x, int y) { return alpha.data() + offset(x, y) / 3; }
  uint8_t* at(int x, int y) { return rgb.data() + offset(x, y); }
  const uint8_t* at(int x, int y) const { return rgb.data() + offset(x, y); }

 private:
  size_t offset(int x, int y) const {
    return 3 * (static_cast<size_t>(y) * static_cast<size_t>(width) + static_cast<size_t>(x));
  }
};

// A rectangle of an image, in pixels from the top left corner.
struct Rect {
  int x = 0, y = 0, width = 0, height = 0;
};

// Copies `source` into `target` with its top left corner at (x, y); it must fit. Neither has alpha.
void paste(const Image& source, int x, int y, Image& target);
// Shrinks or enlarges by area averaging; without alpha.
Image resize(const Image& source, int width, int height);

// sRGB transfer function: 0..1 linear <-> 0..1 encoded.
float srgb_of_linear(float linear);
float linear_of_srgb(float encoded);

// The bytes of an 8-bit PNG, RGB or RGBA. The same on every machine with one zlib.
std::string encode_png(const Image& image);
// Error: an unwritable path.
void save_png(const std::filesystem::path& path, const Image& image);

}  // namespace flowtalk::render
