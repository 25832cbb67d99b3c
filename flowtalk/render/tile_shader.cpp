#include "flowtalk/render/tile_shader.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "flowtalk/render/vectors.h"

namespace flowtalk::render {
namespace {

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

static_assert(kShadedTogether % kInterpolatedTogether == 0 && kBatch % kShadedTogether == 0 &&
              kBatch % kMostPerRow == 0);

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
    const auto width = static_cast<size_t>(right_ - left_);
    for (int y = top_; y < bottom_; ++y) {
      uint8_t* target = out.at(at_.x + left_, at_.y + y);
      if (out.has_alpha()) {
        std::memset(target, 0, 3 * width);
        std::memset(out.alpha_at(at_.x + left_, at_.y + y), 0, width);
      } else {
        std::memcpy(target, scene_.backdrop->at(left_, y), 3 * width);
      }
    }
    return;
  }
  const auto seen = see_triangles(*scene_.bins, scene_.triangles, tile_);
  if (scene_.painter == nullptr) {
    scene_.bins->rasterize(tile_, samples_);
  } else {
    shade_veil(rasterize_painted(*scene_.bins, tile_, *scene_.painter, seen.get(), samples_),
               seen.get());
  }
  for (int first = top_; first < bottom_; first += kRowsTogether) {
    const int last = std::min(bottom_, first + kRowsTogether);
    colour_.fill({});
    for (int y = first; y < last; ++y) {
      append_row(samples_, static_cast<size_t>(y - top_), static_cast<size_t>(right_ - left_),
                 left_, y, seen.get(), fragments_);
    }
    shade_fragments();
    for (int y = first; y < last; ++y) {
      if (veil_) draw_veil(y);
      out.has_alpha() ? write_row_with_alpha(y, out) : write_row(y, out);
    }
  }
}

size_t TileShader::shade_batch() {
  Fragments& f = fragments_;
  // The last group is filled up with its last fragment, which then weighs nothing.
  const size_t filled = (f.count + kShadedTogether - 1) / kShadedTogether * kShadedTogether;
  for (size_t i = f.count; i < filled; ++i) {
    f.triangle[i] = f.triangle[f.count - 1];
    f.x[i] = f.x[f.count - 1];
    f.y[i] = f.y[f.count - 1];
    f.share[i] = 0.0f;
    f.pixel[i] = f.pixel[f.count - 1];
  }
  for (size_t i = 0; i < filled; ++i) {
    batch_.view_x[i] = (0.5f * static_cast<float>(at_.width) - f.x[i]) * scene_.slope;
    batch_.view_y[i] = (f.y[i] - 0.5f * static_cast<float>(at_.height)) * scene_.slope;
  }
  interpolate(f, scene_.surface, scene_.inner_light, filled, shares_, batch_);
  if (scene_.pore_contrast > 0) {
    interpolate_pores(f, scene_.surface, shares_, filled, batch_);
    roughen_skin(scene_.pore_contrast, filled, batch_);
  }
  if (scene_.painted_brows) {
    interpolate_brows(f, scene_.surface, shares_, filled, batch_);
    paint_brows(scene_.brow_colour, scene_.strand_contrast, filled, batch_);
  }
  if (scene_.painter != nullptr) {
    scene_.painter->paint(f, shares_, filled, batch_, opacity_);
  }
  shade(*scene_.rig, scene_.strand_contrast, filled, batch_);
  if (scene_.painter != nullptr) scene_.painter->unlight(f, filled, batch_);
  return filled;
}

// What is seen through, over each sample, from the farthest on.
void TileShader::shade_veil(const std::vector<VeilPiece>& pieces, const SeenTriangle* seen) {
  if (pieces.empty()) return;
  veil_ = std::make_unique<Veil>();
  Fragments& f = fragments_;
  for (size_t first = 0; first < pieces.size(); first += kBatch) {
    f.count = std::min<size_t>(kBatch, pieces.size() - first);
    for (size_t i = 0; i < f.count; ++i) {
      const VeilPiece& piece = pieces[first + i];
      const SampleSet& set = kSampleSet[piece.samples];
      f.triangle[i] = &seen[piece.place];
      f.x[i] = static_cast<float>(left_ + piece.pixel % kTile) + set.x;
      f.y[i] = static_cast<float>(top_ + piece.pixel / kTile) + set.y;
      f.share[i] = set.share;
      f.pixel[i] = piece.pixel;
    }
    const size_t count = f.count;
    shade_batch();
    for (size_t i = 0; i < count; ++i) {
      for (size_t s = 0; s < kSamples; ++s) {
        if ((pieces[first + i].samples >> s & 1) == 0) continue;
        Veil::Layer& layer = veil_->samples[kSamples * size_t{f.pixel[i]} + s];
        const float there = opacity_[i];
        for (size_t c = 0; c < 3; ++c) {
          layer.colour[c] += there * (batch_.colour[c][i] - layer.colour[c]);
        }
        layer.through *= 1.0f - there;
      }
    }
    f.count = 0;
  }
}

// Over a row whose surfaces are shaded.
void TileShader::draw_veil(int y) {
  const size_t row = static_cast<size_t>((y - top_) * kTile);
  for (size_t x = 0; x < static_cast<size_t>(right_ - left_); ++x) {
    Veil::Layer over;
    over.through = 0;
    for (size_t s = 0; s < kSamples; ++s) {
      const Veil::Layer& layer = veil_->samples[kSamples * (row + x) + s];
      for (size_t c = 0; c < 3; ++c) over.colour[c] += layer.colour[c] / kSamples;
      over.through += layer.through / kSamples;
    }
    auto& pixel = colour_[(row + x) % kColours];
    for (size_t c = 0; c < 3; ++c) {
      pixel[c] = std::min(1.0f, pixel[c] * over.through + over.colour[c]);
    }
    pixel[3] = 1.0f - (1.0f - pixel[3]) * over.through;
  }
}

void TileShader::shade_fragments() {
  Fragments& f = fragments_;
  if (f.count == 0) return;
  const size_t filled = shade_batch();
  for (size_t i = 0; i < filled; i += 4) {
    const auto share = load<Floats4>(&f.share[i]);
    Floats4 v[4] = {share * load<Floats4>(&batch_.colour[0][i]),
                    share * load<Floats4>(&batch_.colour[1][i]),
                    share * load<Floats4>(&batch_.colour[2][i]), share};
    transpose(v);
    for (size_t j = 0; j < 4; ++j) {
      float* sum = colour_[f.pixel[i + j] % kColours].data();
      store(load<Floats4>(sum) + v[j], sum);
    }
  }
  f.count = 0;
}

void TileShader::write_row(int y, Image& out) const {
  const auto width = static_cast<size_t>(right_ - left_);
  const float* pixel = colour_[static_cast<size_t>((y - top_) * kTile) % kColours].data();
  uint8_t* target = out.at(at_.x + left_, at_.y + y);
  const uint8_t* backdrop = scene_.backdrop->at(left_, y);
  std::array<int32_t, 4 * kTile> step;
  // At most 1, for weights sum to one and shade() ends there; but of vertices that are too far away
  // for numbers, nothing is known.
  constexpr int32_t kLast = static_cast<int32_t>(kSteps) - 1;
  for (size_t i = 0; i < step.size(); ++i) {
    step[i] = static_cast<int32_t>(pixel[i] * static_cast<float>(kSteps - 1) + 0.5f);
    step[i] = std::clamp(step[i], 0, kLast);
  }
  for (size_t x = 0; x < width; ++x, pixel += 4, target += 3, backdrop += 3) {
    const float empty = 1.0f - pixel[3];
    if (empty >= 1.0f) {
      std::memcpy(target, backdrop, 3);
      continue;
    }
    if (empty > 0.0f) {
      for (size_t c = 0; c < 3; ++c) {
        const float linear = pixel[c] + empty * kTransfer.linear[backdrop[c]];
        const auto mixed = static_cast<int32_t>(linear * static_cast<float>(kSteps - 1) + 0.5f);
        step[4 * x + c] = std::clamp(mixed, 0, kLast);
      }
    }
    for (size_t c = 0; c < 3; ++c) {
      target[c] = kTransfer.encoded[static_cast<size_t>(step[4 * x + c])];
    }
  }
}

// The colour of what is there, whatever its share of the pixel; that is the alpha.
void TileShader::write_row_with_alpha(int y, Image& out) const {
  const float* pixel = colour_[static_cast<size_t>((y - top_) * kTile) % kColours].data();
  uint8_t* target = out.at(at_.x + left_, at_.y + y);
  uint8_t* alpha = out.alpha_at(at_.x + left_, at_.y + y);
  for (int x = left_; x < right_; ++x, pixel += 4, target += 3, ++alpha) {
    const float share = std::min(1.0f, pixel[3]);
    *alpha = static_cast<uint8_t>(255.0f * share + 0.5f);
    for (size_t c = 0; c < 3; ++c) {
      const float linear = *alpha == 0 ? 0.0f : std::min(1.0f, pixel[c] / share);
      target[c] = kTransfer.encoded[static_cast<size_t>(linear * (kSteps - 1) + 0.5f)];
    }
  }
}

}  // namespace flowtalk::render
