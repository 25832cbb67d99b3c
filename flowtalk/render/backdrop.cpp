#include "flowtalk/render/backdrop.h"

#include <algorithm>
#include <cmath>

namespace flowtalk::render {
namespace {

constexpr float kGlowX = 0.5f, kGlowY = 0.44f;  // middle of the glow, share of the picture
constexpr float kGlowReach = 0.85f;             // its radius, share of the longer edge

// 0..1, always the same at the same pixel (Wellons' lowbias32 hash).
float grain(uint32_t x, uint32_t y) {
  uint32_t h = x * 0x9e3779b9u ^ (y + 0x85ebca6bu) * 0xc2b2ae35u;
  h = (h ^ (h >> 16)) * 0x7feb352du;
  h = (h ^ (h >> 15)) * 0x846ca68bu;
  return static_cast<float>((h ^ (h >> 16)) >> 8) * 0x1p-24f;
}

}  // namespace

Image make_backdrop(int width, int height, Rgb centre, Rgb edge) {
  Image out(width, height);
  const auto longer = static_cast<float>(std::max(width, height));
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const float dx = static_cast<float>(x) - kGlowX * static_cast<float>(width);
      const float dy = static_cast<float>(y) - kGlowY * static_cast<float>(height);
      const float r = std::min(1.0f, std::sqrt(dx * dx + dy * dy) / (kGlowReach * longer));
      const float mix = r * r * (3.0f - 2.0f * r);
      const float noise = grain(static_cast<uint32_t>(x), static_cast<uint32_t>(y));
      for (size_t c = 0; c < 3; ++c) {
        const auto from = static_cast<float>(centre[c]), to = static_cast<float>(edge[c]);
        out.at(x, y)[c] = static_cast<uint8_t>(std::min(255.0f, from + (to - from) * mix + noise));
      }
    }
  }
  return out;
}

}  // namespace flowtalk::render
