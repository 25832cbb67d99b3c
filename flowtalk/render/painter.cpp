#include "flowtalk/render/painter.h"

#include <algorithm>
#include <cmath>

#include "flowtalk/render/image.h"

namespace flowtalk::render {
namespace {

const std::array<float, 256>& linear_of_bytes() {
  static const auto kTable = [] {
    std::array<float, 256> table{};
    for (size_t i = 0; i < table.size(); ++i) {
      table[i] = linear_of_srgb(static_cast<float>(i) / 255.0f);
    }
    return table;
  }();
  return kTable;
}

// To 0..1 across a picture.
float wrapped(float x, face::Wrap wrap) {
  if (wrap == face::Wrap::kClamp) return std::clamp(x, 0.0f, 1.0f);
  if (wrap == face::Wrap::kRepeat) return x - std::floor(x);
  const float t = x - 2.0f * std::floor(0.5f * x);
  return t > 1.0f ? 2.0f - t : t;
}

size_t pixel(int at, int size, face::Wrap wrap) {
  if (wrap == face::Wrap::kRepeat) at = (at + size) % size;
  return static_cast<size_t>(std::clamp(at, 0, size - 1));
}

}  // namespace

Painter::Painter(const face::Paint& paint, bool coloured) : paint_(paint), coloured_(coloured) {
  const auto& linear = linear_of_bytes();
  for (const face::Texture& texture : paint.textures) {
    auto& levels = pictures_.emplace_back();
    if (texture.rgba.empty()) continue;
    levels.push_back({texture.width, texture.height, texture.rgba});
    while (std::max(levels.back().width, levels.back().height) > 1) {
      const Level& from = levels.back();
      Level to{std::max(1, from.width / 2), std::max(1, from.height / 2), {}};
      to.own.reserve(4 * static_cast<size_t>(to.width) * static_cast<size_t>(to.height));
      for (int y = 0; y < to.height; ++y) {
        for (int x = 0; x < to.width; ++x) {
          std::array<float, 4> sum{};
          float there = 0;
          for (int k = 0; k < 4; ++k) {
            const auto u = static_cast<size_t>(std::min(2 * x + k % 2, from.width - 1));
            const auto v = static_cast<size_t>(std::min(2 * y + k / 2, from.height - 1));
            const uint8_t* p = &from.rgba[4 * (v * static_cast<size_t>(from.width) + u)];
            // What is not there has no colour to give.
            const float weight = static_cast<float>(p[3]) + 1e-3f;
            for (size_t c = 0; c < 3; ++c) sum[c] += weight * linear[p[c]];
            sum[3] += static_cast<float>(p[3]);
            there += weight;
          }
          for (size_t c = 0; c < 3; ++c) {
            to.own.push_back(static_cast<uint8_t>(255.0f * srgb_of_linear(sum[c] / there) + 0.5f));
          }
          to.own.push_back(static_cast<uint8_t>(0.25f * sum[3] + 0.5f));
        }
      }
      to.rgba = to.own;
      levels.push_back(std::move(to));
    }
  }
}

Painter::Sample Painter::between(const Level& level, const face::Texture& how, float u, float v) {
  const auto& linear = linear_of_bytes();
  const float x = wrapped(u, how.wrap_x) * static_cast<float>(level.width) - 0.5f;
  const float y = wrapped(v, how.wrap_y) * static_cast<float>(level.height) - 0.5f;
  const float fx = std::floor(x), fy = std::floor(y);
  const int x0 = static_cast<int>(fx), y0 = static_cast<int>(fy);
  const size_t columns[2] = {pixel(x0, level.width, how.wrap_x),
                             pixel(x0 + 1, level.width, how.wrap_x)};
  const size_t rows[2] = {pixel(y0, level.height, how.wrap_y),
                          pixel(y0 + 1, level.height, how.wrap_y)};
  const float across[2] = {1.0f - (x - fx), x - fx}, down[2] = {1.0f - (y - fy), y - fy};
  Sample sum{};
  for (size_t j = 0; j < 2; ++j) {
    for (size_t i = 0; i < 2; ++i) {
      const uint8_t* p = &level.rgba[4 * (rows[j] * static_cast<size_t>(level.width) + columns[i])];
      const float weight = across[i] * down[j];
      for (size_t c = 0; c < 3; ++c) sum[c] += weight * linear[p[c]];
      sum[3] += weight * static_cast<float>(p[3]) * (1.0f / 255.0f);
    }
  }
  return sum;
}

Painter::Sample Painter::look_up(size_t texture, float u, float v, float pixel_uv) const {
  const auto& levels = pictures_[texture];
  if (levels.empty()) return {1, 1, 1, 1};
  const face::Texture& how = paint_.textures[texture];
  const float texels = pixel_uv * static_cast<float>(std::max(how.width, how.height));
  const auto last = static_cast<float>(levels.size() - 1);
  const float level = std::clamp(std::log2(std::max(texels, 1e-6f)), 0.0f, last);
  const auto fine = static_cast<size_t>(level);
  const float share = level - static_cast<float>(fine);
  Sample sample = between(levels[fine], how, u, v);
  if (share == 0) return sample;
  const Sample coarse = between(levels[fine + 1], how, u, v);
  for (size_t c = 0; c < 4; ++c) sample[c] += share * (coarse[c] - sample[c]);
  return sample;
}

Painter::Sample Painter::at(const SeenTriangle& t, const std::array<float, 3>& corner) const {
  const face::PaintedSurface& surface = surface_of(t.vertex[0]);
  Sample sample{1, 1, 1, surface.opacity};
  float opacity = 0;
  std::array<float, 2> place{};
  for (size_t k = 0; k < 3; ++k) {
    opacity += corner[k] * paint_.opacity[t.vertex[k]];
    for (size_t c = 0; c < 2; ++c) place[c] += corner[k] * paint_.uv[t.vertex[k]][c];
  }
  sample[3] *= opacity;
  if (surface.texture < 0) return sample;
  const auto &a = paint_.uv[t.vertex[0]], &b = paint_.uv[t.vertex[1]], &d = paint_.uv[t.vertex[2]];
  float right = 0, down = 0;  // how far a pixel goes on the picture
  for (size_t c = 0; c < 2; ++c) {
    const float dx = (b[c] - a[c]) * t.b1_dx + (d[c] - a[c]) * t.b2_dx;
    const float dy = (b[c] - a[c]) * t.b1_dy + (d[c] - a[c]) * t.b2_dy;
    right += dx * dx;
    down += dy * dy;
  }
  const float wide = std::sqrt(std::max(right, down));
  const Sample seen = look_up(static_cast<size_t>(surface.texture), place[0], place[1], wide);
  for (size_t c = 0; c < 4; ++c) sample[c] *= seen[c];
  return sample;
}

bool Painter::is_there(const SeenTriangle& t, float x, float y) const {
  const float dx = x - t.x, dy = y - t.y;
  const float b1 = t.b1_dx * dx + t.b1_dy * dy, b2 = t.b2_dx * dx + t.b2_dy * dy;
  std::array<float, 3> corner{(1.0f - b1 - b2) * t.inverse_depth[0], b1 * t.inverse_depth[1],
                              b2 * t.inverse_depth[2]};
  const float scale = 1.0f / (corner[0] + corner[1] + corner[2]);
  for (float& share : corner) share *= scale;
  return at(t, corner)[3] >= surface_of(t.vertex[0]).cutoff;
}

void Painter::paint(const Fragments& fragments, const Shares& shares, size_t count,
                    ShadeBatch& batch, std::span<float> opacity) const {
  for (size_t i = 0; i < count; ++i) {
    const Sample sample =
        at(*fragments.triangle[i], {shares.corner[0][i], shares.corner[1][i], shares.corner[2][i]});
    opacity[i] = std::clamp(sample[3], 0.0f, 1.0f);
    if (!coloured_) continue;
    for (size_t c = 0; c < 3; ++c) batch.attribute[kRed + c][i] *= sample[c];
  }
}

void Painter::unlight(const Fragments& fragments, size_t count, ShadeBatch& batch) const {
  if (!coloured_) return;
  for (size_t i = 0; i < count; ++i) {
    if (!surface_of(fragments.triangle[i]->vertex[0]).unlit) continue;
    for (size_t c = 0; c < 3; ++c) {
      batch.colour[c][i] = std::clamp(batch.attribute[kRed + c][i], 0.0f, 1.0f);
    }
  }
}

}  // namespace flowtalk::render
