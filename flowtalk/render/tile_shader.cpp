#include "flowtalk/render/tile_shader.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "flowtalk/render/simd.h"

namespace flowtalk::render {
namespace {

// Samples of one part of the mesh whose inverse depth differs by less than this share from what the
// triangle of another leads to lie on one surface (0.15 mm at 1 m).
constexpr float kSameSurface = 1.5e-4f;
constexpr size_t kSteps = 4096;  // of the table linear -> sRGB

struct Transfer {
  std::array<uint8_t, kSteps> encoded;
  std::array<float, 256> linear;

  Transfer() {
    for (size_t i = 0; i < kSteps; ++i) {
      const float x = static_cast<float>(i) / static_cast<float>(kSteps - 1);
      encoded[i] = static_cast<uint8_t>(255.0f * srgb_of_linear(x) + 0.5f);
    }
    for (size_t i = 0; i < 256; ++i) linear[i] = linear_of_srgb(static_cast<float>(i) / 255.0f);
  }
};
const Transfer kTransfer;

using Floats4 [[gnu::vector_size(16)]] = float;
constexpr size_t kTogether = 4;
static_assert(kAttributes % 4 == 0 && kShadedTogether % kTogether == 0 &&
              kBatch % kShadedTogether == 0);

}  // namespace

TileShader::TileShader(const Scene& scene, int tile, const Rect& at)
    : scene_(scene),
      at_(at),
      left_(tile % scene.bins->columns() * kTile),
      top_(tile / scene.bins->columns() * kTile),
      right_(std::min(left_ + kTile, at.width)),
      bottom_(std::min(top_ + kTile, at.height)),
      tile_(tile) {}

void TileShader::draw(Image& out) {
  if (scene_.bins->empty(tile_)) {
    for (int y = top_; y < bottom_; ++y) {
      std::memcpy(out.at(at_.x + left_, at_.y + y), scene_.backdrop->at(left_, y),
                  3 * static_cast<size_t>(right_ - left_));
    }
    return;
  }
  for (auto& plane : colour_) plane.fill(0);
  scene_.bins->rasterize(tile_, samples_);
  for (int y = top_; y < bottom_; ++y) {
    for (int x = left_; x < right_; ++x) {
      const auto pixel = static_cast<uint32_t>((y - top_) * kTile + x - left_);
      empty_[pixel] = add_pixel(pixel, x, y);
    }
  }
  flush();
  for (int y = top_; y < bottom_; ++y) write_row(y, out);
}

// Adds the surfaces of one pixel, each once; returns the share of its samples that show none.
float TileShader::add_pixel(uint32_t pixel, int x, int y) {
  const uint32_t* id = &samples_.triangle[kSamples * size_t{pixel}];
  const float* depth = &samples_.depth[kSamples * size_t{pixel}];
  const auto left = static_cast<float>(x), top = static_cast<float>(y);
  if (id[0] == id[1] && id[0] == id[2] && id[0] == id[3]) {
    if (id[0] == kNothing) return 1.0f;
    add(id[0], pixel, 1.0f, left + 0.5f, top + 0.5f);
    return 0.0f;
  }
  int empty = 0;
  std::array<bool, kSamples> done{};
  for (size_t s = 0; s < kSamples; ++s) {
    if (done[s]) continue;
    if (id[s] == kNothing) {
      ++empty;
      continue;
    }
    int count = 0, sum_x = 0, sum_y = 0;
    const ScreenTriangle& t = scene_.bins->triangle(id[s]);
    for (size_t r = s; r < kSamples; ++r) {
      if (done[r] || id[r] == kNothing) continue;
      if (id[r] != id[s]) {
        constexpr float kPixel = 1.0f / kSubpixels;
        const float led_to = depth[s] +
                             t.depth_dx * kPixel * static_cast<float>(kSampleX[r] - kSampleX[s]) +
                             t.depth_dy * kPixel * static_cast<float>(kSampleY[r] - kSampleY[s]);
        if (scene_.part[id[r]] != scene_.part[id[s]] ||
            std::abs(depth[r] - led_to) > kSameSurface * depth[s]) {
          continue;
        }
      }
      done[r] = true;
      ++count;
      sum_x += kSampleX[r];
      sum_y += kSampleY[r];
    }
    const float scale = 1.0f / static_cast<float>(count * kSubpixels);
    add(id[s], pixel, static_cast<float>(count) / kSamples,
        left + static_cast<float>(sum_x) * scale, top + static_cast<float>(sum_y) * scale);
  }
  return static_cast<float>(empty) / kSamples;
}

// (x, y): where in the viewport, pixels, the triangle is sampled.
void TileShader::add(uint32_t triangle, uint32_t pixel, float weight, float x, float y) {
  const ScreenTriangle& t = scene_.bins->triangle(triangle);
  constexpr float kPixel = 1.0f / kSubpixels;
  const float dx = x - static_cast<float>(t.x[0]) * kPixel;
  const float dy = y - static_cast<float>(t.y[0]) * kPixel;
  // A neighbour's share of the pixel may put the point just outside.
  const float b1 = std::clamp(t.b1_dx * dx + t.b1_dy * dy, 0.0f, 1.0f);
  const float b2 = std::clamp(t.b2_dx * dx + t.b2_dy * dy, 0.0f, 1.0f - b1);
  const float w0 = (1.0f - b1 - b2) * t.inverse_depth[0];
  const float w1 = b1 * t.inverse_depth[1], w2 = b2 * t.inverse_depth[2];
  const float scale = 1.0f / (w0 + w1 + w2);
  Corners& c = corners_[count_];
  for (size_t k = 0; k < 3; ++k) c.surface[k] = &scene_.surface[t.vertex[k]];
  c.weight = {w0 * scale, w1 * scale, w2 * scale};
  c.back = t.back;
  batch_.view_x[count_] = (0.5f * static_cast<float>(at_.width) - x) * scene_.slope;
  batch_.view_y[count_] = (y - 0.5f * static_cast<float>(at_.height)) * scene_.slope;
  fragment_[count_] = {pixel, weight};
  if (++count_ == kBatch) flush();
}

// Four fragments at a time: four attributes of each are weighted together and turned into four rows
// of the batch.
FLOWTALK_CLONES void interpolate(std::span<const Corners> corners, ShadeBatch& batch) {
  for (size_t i = 0; i < corners.size(); i += kTogether) {
    for (size_t k = 0; k < kAttributes; k += 4) {
      Floats4 v[kTogether];
      for (size_t j = 0; j < kTogether; ++j) {
        const Corners& c = corners[i + j];
        Floats4 a0, a1, a2;
        std::memcpy(&a0, &c.surface[0]->value[k], sizeof a0);
        std::memcpy(&a1, &c.surface[1]->value[k], sizeof a1);
        std::memcpy(&a2, &c.surface[2]->value[k], sizeof a2);
        v[j] = c.weight[0] * a0 + c.weight[1] * a1 + c.weight[2] * a2;
      }
      const Floats4 low01 = __builtin_shufflevector(v[0], v[1], 0, 4, 1, 5);
      const Floats4 high01 = __builtin_shufflevector(v[0], v[1], 2, 6, 3, 7);
      const Floats4 low23 = __builtin_shufflevector(v[2], v[3], 0, 4, 1, 5);
      const Floats4 high23 = __builtin_shufflevector(v[2], v[3], 2, 6, 3, 7);
      const Floats4 row[4] = {__builtin_shufflevector(low01, low23, 0, 1, 4, 5),
                              __builtin_shufflevector(low01, low23, 2, 3, 6, 7),
                              __builtin_shufflevector(high01, high23, 0, 1, 4, 5),
                              __builtin_shufflevector(high01, high23, 2, 3, 6, 7)};
      for (size_t a = 0; a < 4; ++a)
        std::memcpy(&batch.attribute[k + a][i], &row[a], sizeof row[a]);
    }
  }
}

void TileShader::flush() {
  if (count_ == 0) return;
  // The last group is filled up with its last fragment.
  const size_t filled = (count_ + kShadedTogether - 1) / kShadedTogether * kShadedTogether;
  for (size_t i = count_; i < filled; ++i) {
    corners_[i] = corners_[count_ - 1];
    batch_.view_x[i] = batch_.view_x[count_ - 1];
    batch_.view_y[i] = batch_.view_y[count_ - 1];
  }
  interpolate({corners_.data(), filled}, batch_);
  for (size_t i = 0; i < count_; ++i) {
    if (!corners_[i].back) continue;
    for (const size_t k : {kNormalX, kNormalY, kNormalZ}) {
      batch_.attribute[k][i] = -batch_.attribute[k][i];
    }
    for (const size_t k : {kAmbient, kKeyLight}) batch_.attribute[k][i] *= scene_.inner_light;
  }
  shade(*scene_.rig, scene_.strand_contrast, filled, batch_);
  for (size_t i = 0; i < count_; ++i) {
    const Fragment& f = fragment_[i];
    for (size_t c = 0; c < 3; ++c) colour_[c][f.pixel] += f.weight * batch_.colour[c][i];
  }
  count_ = 0;
}

void TileShader::write_row(int y, Image& out) const {
  uint8_t* target = out.at(at_.x + left_, at_.y + y);
  const uint8_t* backdrop = scene_.backdrop->at(left_, y);
  auto pixel = static_cast<size_t>((y - top_) * kTile);
  for (int x = left_; x < right_; ++x, ++pixel, target += 3, backdrop += 3) {
    const float empty = empty_[pixel];
    if (empty >= 1.0f) {
      std::memcpy(target, backdrop, 3);
      continue;
    }
    for (size_t c = 0; c < 3; ++c) {
      // At most 1: weights sum to one and shade() ends there.
      const float linear = colour_[c][pixel] + empty * kTransfer.linear[backdrop[c]];
      const auto step = static_cast<int>(linear * static_cast<float>(kSteps - 1) + 0.5f);
      target[c] = kTransfer.encoded[static_cast<size_t>(step)];
    }
  }
}

}  // namespace flowtalk::render
