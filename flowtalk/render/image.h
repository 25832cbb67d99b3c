// An 8-bit sRGB picture in memory, and PNG out.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <vector>

namespace flowtalk::render {

using Rgb = std::array<uint8_t, 3>;  // sRGB

struct Image {
  int width = 0, height = 0;
  std::vector<uint8_t> rgb;  // height * width * 3, row by row from the top

  Image() = default;
  Image(int width_px, int height_px, Rgb colour = {0, 0, 0});
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

// Copies `source` into `target` with its top left corner at (x, y); it must fit.
void paste(const Image& source, int x, int y, Image& target);
// Shrinks or enlarges by area averaging.
Image resize(const Image& source, int width, int height);

// sRGB transfer function: 0..1 linear <-> 0..1 encoded.
float srgb_of_linear(float linear);
float linear_of_srgb(float encoded);

// 8-bit RGB PNG. Error: an unwritable path.
void save_png(const std::filesystem::path& path, const Image& image);

}  // namespace flowtalk::render
