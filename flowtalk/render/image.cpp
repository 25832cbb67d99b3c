#include "flowtalk/render/image.h"

#include <zlib.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>
#include <string_view>

#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"

namespace flowtalk::render {
namespace {

void append_u32(std::string& out, uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) {
    out.push_back(static_cast<char>((value >> shift) & 0xffu));
  }
}

void append_chunk(std::string& out, std::string_view type, std::string_view data) {
  append_u32(out, static_cast<uint32_t>(data.size()));
  std::string body(type);
  body += data;
  out += body;
  append_u32(out, static_cast<uint32_t>(crc32(0, reinterpret_cast<const Bytef*>(body.data()),
                                              static_cast<uInt>(body.size()))));
}

// Each row as its difference from the row above (filter 2): gradients compress well.
std::string filtered_rows(const Image& image) {
  const size_t stride = 3 * static_cast<size_t>(image.width);
  std::string rows;
  rows.reserve((stride + 1) * static_cast<size_t>(image.height));
  for (int y = 0; y < image.height; ++y) {
    const uint8_t* row = image.at(0, y);
    const uint8_t* above = y > 0 ? image.at(0, y - 1) : nullptr;
    rows.push_back(2);
    for (size_t i = 0; i < stride; ++i) {
      rows.push_back(static_cast<char>(row[i] - (above ? above[i] : 0)));
    }
  }
  return rows;
}

}  // namespace

Image::Image(int width_px, int height_px, Rgb colour) : width(width_px), height(height_px) {
  FT_CHECK(width > 0 && height > 0, "image of {} x {}", width, height);
  rgb.resize(3 * static_cast<size_t>(width) * static_cast<size_t>(height));
  for (size_t i = 0; i < rgb.size(); ++i) rgb[i] = colour[i % 3];
}

void paste(const Image& source, int x, int y, Image& target) {
  FT_CHECK(
      x >= 0 && y >= 0 && x + source.width <= target.width && y + source.height <= target.height,
      "{} x {} at {}, {} in {} x {}", source.width, source.height, x, y, target.width,
      target.height);
  for (int row = 0; row < source.height; ++row) {
    std::memcpy(target.at(x, y + row), source.at(0, row), 3 * static_cast<size_t>(source.width));
  }
}

Image resize(const Image& source, int width, int height) {
  Image out(width, height);
  const float step_x = static_cast<float>(source.width) / static_cast<float>(width);
  const float step_y = static_cast<float>(source.height) / static_cast<float>(height);
  // Overlap of source pixel i with [from, to).
  const auto overlap = [](int i, float from, float to) {
    const float lo = std::max(from, static_cast<float>(i));
    return std::max(0.0f, std::min(to, static_cast<float>(i + 1)) - lo);
  };
  for (int y = 0; y < height; ++y) {
    const float y0 = static_cast<float>(y) * step_y, y1 = y0 + step_y;
    for (int x = 0; x < width; ++x) {
      const float x0 = static_cast<float>(x) * step_x, x1 = x0 + step_x;
      float sum[3] = {0, 0, 0}, weight = 0;
      for (int v = static_cast<int>(y0); v < source.height && static_cast<float>(v) < y1; ++v) {
        for (int u = static_cast<int>(x0); u < source.width && static_cast<float>(u) < x1; ++u) {
          const float w = overlap(u, x0, x1) * overlap(v, y0, y1);
          for (int c = 0; c < 3; ++c) sum[c] += w * static_cast<float>(source.at(u, v)[c]);
          weight += w;
        }
      }
      for (int c = 0; c < 3; ++c) {
        out.at(x, y)[c] = static_cast<uint8_t>(sum[c] / std::max(weight, 1e-6f) + 0.5f);
      }
    }
  }
  return out;
}

float srgb_of_linear(float linear) {
  const float x = std::clamp(linear, 0.0f, 1.0f);
  return x <= 0.0031308f ? 12.92f * x : 1.055f * std::pow(x, 1.0f / 2.4f) - 0.055f;
}

float linear_of_srgb(float encoded) {
  const float x = std::clamp(encoded, 0.0f, 1.0f);
  return x <= 0.04045f ? x / 12.92f : std::pow((x + 0.055f) / 1.055f, 2.4f);
}

void save_png(const std::filesystem::path& path, const Image& image) {
  const std::string rows = filtered_rows(image);
  uLongf size = compressBound(static_cast<uLong>(rows.size()));
  std::string packed(size, '\0');
  const int status =
      compress2(reinterpret_cast<Bytef*>(packed.data()), &size,
                reinterpret_cast<const Bytef*>(rows.data()), static_cast<uLong>(rows.size()), 6);
  FT_CHECK(status == Z_OK, "zlib status {}", status);
  packed.resize(size);

  std::string header;
  append_u32(header, static_cast<uint32_t>(image.width));
  append_u32(header, static_cast<uint32_t>(image.height));
  header += std::string("\x08\x02\x00\x00\x00", 5);  // 8 bits, RGB, deflate, no interlace
  std::string bytes("\x89PNG\r\n\x1a\n", 8);
  append_chunk(bytes, "IHDR", header);
  append_chunk(bytes, "sRGB", std::string_view("\0", 1));
  append_chunk(bytes, "IDAT", packed);
  append_chunk(bytes, "IEND", "");
  save_file(path, bytes);
}

}  // namespace flowtalk::render
