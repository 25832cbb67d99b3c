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
  const auto width = static_cast<size_t>(image.width), height = static_cast<size_t>(image.height);
  const size_t channels = image.has_alpha() ? 4 : 3, stride = channels * width;
  std::vector<uint8_t> row(stride), above(stride, 0);
  std::string rows((stride + 1) * height, '\2');
  for (size_t y = 0; y < height; ++y) {
    const uint8_t* rgb = image.rgb.data() + 3 * width * y;
    if (image.has_alpha()) {
      for (size_t x = 0; x < width; ++x) {
        std::copy_n(rgb + 3 * x, 3, row.data() + 4 * x);
        row[4 * x + 3] = image.alpha[width * y + x];
      }
    } else {
      std::copy_n(rgb, stride, row.data());
    }
    char* out = rows.data() + (stride + 1) * y + 1;
    for (size_t i = 0; i < stride; ++i) out[i] = static_cast<char>(row[i] - above[i]);
    row.swap(above);
  }
  return rows;
}

// Runs and single bytes only: of a talking head 9 % more bytes than zlib's usual search finds, in a
// seventh of its time (bench/render_bench.cpp).
std::string packed_rows(std::string& rows) {
  constexpr int kLevel = 6, kWindowBits = 15, kMemory = 9;
  z_stream stream{};
  int status = deflateInit2(&stream, kLevel, Z_DEFLATED, kWindowBits, kMemory, Z_RLE);
  FT_CHECK(status == Z_OK, "zlib status {}", status);
  std::string packed(deflateBound(&stream, static_cast<uLong>(rows.size())), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(rows.data());
  stream.avail_in = static_cast<uInt>(rows.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  status = deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  FT_CHECK(status == Z_STREAM_END, "zlib status {}", status);
  return packed;
}

}  // namespace

Image::Image(int width_px, int height_px, Rgb colour) : width(width_px), height(height_px) {
  FT_CHECK(width > 0 && height > 0, "image of {} x {}", width, height);
  rgb.resize(3 * static_cast<size_t>(width) * static_cast<size_t>(height));
  for (size_t i = 0; i < rgb.size(); ++i) rgb[i] = colour[i % 3];
}

Image Image::transparent(int width_px, int height_px) {
  Image image(width_px, height_px);
  image.alpha.resize(image.rgb.size() / 3, 0);
  return image;
}

void paste(const Image& source, int x, int y, Image& target) {
  FT_CHECK(!source.has_alpha() && !target.has_alpha(), "pasted with alpha");
  FT_CHECK(
      x >= 0 && y >= 0 && x + source.width <= target.width && y + source.height <= target.height,
      "{} x {} at {}, {} in {} x {}", source.width, source.height, x, y, target.width,
      target.height);
  for (int row = 0; row < source.height; ++row) {
    std::memcpy(target.at(x, y + row), source.at(0, row), 3 * static_cast<size_t>(source.width));
  }
}

Image resize(const Image& source, int width, int height) {
  FT_CHECK(!source.has_alpha(), "resized with alpha");
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

std::string encode_png(const Image& image) {
  std::string rows = filtered_rows(image);
  const std::string packed = packed_rows(rows);
  std::string header;
  append_u32(header, static_cast<uint32_t>(image.width));
  append_u32(header, static_cast<uint32_t>(image.height));
  header += '\x08';                               // bits of a channel
  header += image.has_alpha() ? '\x06' : '\x02';  // RGBA, or RGB
  header += std::string(3, '\0');                 // deflate, no interlace
  std::string bytes("\x89PNG\r\n\x1a\n", 8);
  append_chunk(bytes, "IHDR", header);
  append_chunk(bytes, "sRGB", std::string_view("\0", 1));
  append_chunk(bytes, "IDAT", packed);
  append_chunk(bytes, "IEND", "");
  return bytes;
}

void save_png(const std::filesystem::path& path, const Image& image) {
  save_file(path, encode_png(image));
}

}  // namespace flowtalk::render
