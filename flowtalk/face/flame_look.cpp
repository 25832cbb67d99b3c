#include "flowtalk/face/flame_look.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "flowtalk/face/builtin/vec.h"
#include "flowtalk/face/flame_rings.h"

namespace flowtalk::face {
namespace {

using builtin::bell;
using builtin::mix;
using builtin::smooth;
using builtin::Vec;

constexpr uint32_t kSkinEnd = FlameRings::kSkinEnd, kLeftEyeEnd = FlameRings::kLeftEyeEnd,
                   kVertices = FlameRings::kVertices;
constexpr size_t kRimRing = FlameRings::kRim;
constexpr float kMiddle = 0.55f;  // share of the mouth's half width that has landmarks
constexpr int kLipRing = 3,
              kLipEnd = FlameRings::kBorder;  // rings that are red: from inside to the border

// The brows, in heights of the eyes above the lips: from the middle of the face, and above the
// eyes.
constexpr float kBrowInner = 0.19f, kBrowOuter = 0.90f, kBrowHeight = 0.33f;

// Colours, linear RGB.
constexpr Vec kSkinTone{0.66f, 0.39f, 0.275f};
constexpr Vec kBlush{0.66f, 0.27f, 0.20f};
constexpr Vec kRed{0.50f, 0.18f, 0.155f};
constexpr Vec kInside{0.16f, 0.035f, 0.03f};
constexpr Vec kLashes{0.12f, 0.06f, 0.045f};
constexpr Vec kPupil{0.006f, 0.006f, 0.007f}, kLimbus{0.018f, 0.03f, 0.035f};
constexpr Vec kIrisInner{0.26f, 0.17f, 0.075f}, kIrisOuter{0.085f, 0.155f, 0.15f};
constexpr Vec kSclera{0.74f, 0.71f, 0.68f};

struct Ball {
  Vec centre;
  float radius = 0;
};

class Dresser {
 public:
  Dresser(Face& face, FlameRings rings)
      : face_(face),
        mesh_(std::move(rings.mesh)),
        mouth_(std::move(rings.mouth_edge)),
        ring_(std::move(rings.mouth)) {}
  void run();

 private:
  Vec at(uint32_t v) const {
    const float* p = face_.rest.data() + 3 * size_t{v};
    return {p[0], p[1], p[2]};
  }
  Ball ball(uint32_t begin, uint32_t end) const;
  std::vector<uint32_t> path_from(uint32_t edge_vertex) const;
  void find_lips();
  void find_regions();
  void paint_skin();
  void paint_eye(uint32_t begin, uint32_t end);

  Face& face_;
  MeshRings mesh_;
  std::vector<uint32_t> mouth_;  // the open edge inside the mouth
  std::vector<int> ring_;        // from there, per vertex
  std::array<Ball, 2> eye_;
  Vec eyes_, lips_;  // midpoints
  float unit_ = 0;   // height of the eyes above the lips
};

Ball Dresser::ball(uint32_t begin, uint32_t end) const {
  Ball b;
  for (uint32_t v = begin; v < end; ++v) b.centre += at(v);
  b.centre = (1 / static_cast<float>(end - begin)) * b.centre;
  for (uint32_t v = begin; v < end; ++v) {
    b.radius = std::max(b.radius, builtin::length(at(v) - b.centre));
  }
  return b;
}

// Ring by ring outwards, always to the neighbour that is nearest in x.
std::vector<uint32_t> Dresser::path_from(uint32_t edge_vertex) const {
  std::vector<uint32_t> path{edge_vertex};
  while (path.size() <= kRimRing) {
    const uint32_t here = path.back();
    float nearest = INFINITY;
    uint32_t next = here;
    for (const uint32_t n : mesh_.neighbours(here)) {
      const float aside = std::abs(at(n).x - at(edge_vertex).x);
      if (ring_[n] == ring_[here] + 1 && aside < nearest) {
        nearest = aside;
        next = n;
      }
    }
    if (next == here) break;
    path.push_back(next);
  }
  return path;
}

void Dresser::find_lips() {
  Vec middle;
  for (const uint32_t v : mouth_) middle += (1 / static_cast<float>(mouth_.size())) * at(v);
  std::vector<uint32_t> upper, lower;
  float half = 0;
  for (const uint32_t v : mouth_) {
    const bool above = at(v).y > middle.y;
    const uint32_t rim = path_from(v).back();
    (above ? upper : lower).push_back(rim);
    half = std::max(half, std::abs(at(rim).x - middle.x));
  }
  LipLandmarks lips;
  lips.left_corner = lips.right_corner = upper.empty() ? 0 : upper.front();
  for (const auto* side : {&upper, &lower}) {
    for (const uint32_t v : *side) {
      if (at(v).x > at(lips.left_corner).x) lips.left_corner = v;
      if (at(v).x < at(lips.right_corner).x) lips.right_corner = v;
    }
  }
  for (const uint32_t u : upper) {
    if (std::abs(at(u).x - middle.x) > kMiddle * half || lower.empty()) continue;
    lips.upper.push_back(u);
    lips.lower.push_back(*std::min_element(lower.begin(), lower.end(), [&](auto a, auto b) {
      return std::abs(at(a).x - at(u).x) < std::abs(at(b).x - at(u).x);
    }));
    lips_ += at(lips.upper.back()) + at(lips.lower.back());
  }
  lips_ = (0.5f / static_cast<float>(std::max<size_t>(1, lips.upper.size()))) * lips_;
  face_.lips = std::move(lips);
}

void Dresser::find_regions() {
  Regions& r = face_.regions;
  for (uint32_t v = 0; v < kSkinEnd; ++v) {
    const Vec p = at(v);
    const float aside = std::abs(p.x - eyes_.x) / unit_;
    const float above_lips = (p.y - lips_.y) / unit_, above_eyes = (p.y - eyes_.y) / unit_;
    if (ring_[v] >= 0 && ring_[v] <= 13 && aside < 0.6f && above_lips < 0.2f) r.lips.push_back(v);
    if (aside < 1.05f && above_eyes > -0.72f && above_eyes < 0.76f &&
        p.z > eyes_.z - 0.38f * unit_) {
      r.upper_face.push_back(v);
    }
    if (std::any_of(eye_.begin(), eye_.end(), [&](const Ball& b) {
          return builtin::length(p - b.centre) <= 1.9f * b.radius &&
                 p.z >= b.centre.z - 0.25f * b.radius;
        })) {
      r.eyes.push_back(v);
    }
  }
}

void Dresser::paint_skin() {
  face_.appearance.brow.assign(kVertices, {});
  for (uint32_t v = 0; v < kSkinEnd; ++v) {
    const Vec p = at(v);
    const float x = std::abs(p.x - eyes_.x) / unit_, y = (p.y - eyes_.y) / unit_;
    Vec c = kSkinTone;
    if (p.z > eyes_.z - 0.3f * unit_) {
      const float eye_x = std::abs(eye_[0].centre.x - eyes_.x) / unit_;
      c = mix(c, kBlush, 0.4f * bell(x - 1.15f * eye_x, 0.2f) * bell(y + 0.5f, 0.2f));
      c = mix(c, kBlush, 0.3f * bell(x, 0.16f) * bell(y + 0.48f, 0.12f));
      constexpr float kLength = kBrowOuter - kBrowInner;
      const float along = (x - kBrowInner) / kLength;
      const float middle = kBrowHeight + 0.07f * bell(along - 0.6f, 0.4f);
      face_.appearance.brow[v] = {along, (y - middle) / kLength};
      for (const Ball& b : eye_) {
        const float off = builtin::length(p - b.centre) / b.radius;
        const float lashes = p.y > b.centre.y ? 0.8f : 0.25f;
        if (p.z > b.centre.z) c = mix(c, kLashes, lashes * smooth(1.06f, 0.99f, off));
      }
    }
    if (ring_[v] >= 0 && ring_[v] <= kLipEnd + 1) {
      const auto ring = static_cast<float>(ring_[v]);
      c = mix(kInside, mix(kRed, c, smooth(kLipEnd - 1, kLipEnd + 1, ring)),
              smooth(0, kLipRing + 1, ring));
    }
    face_.appearance.albedo[v] = {c.x, c.y, c.z};
    const bool lip = ring_[v] >= 0 && ring_[v] <= kLipEnd;
    face_.appearance.material[v] = lip ? Material::kLips : Material::kSkin;
  }
}

// The front pole is the foremost vertex; the iris ends at the fourth ring, where the ball is
// thinnest before it.
void Dresser::paint_eye(uint32_t begin, uint32_t end) {
  uint32_t pole = begin;
  for (uint32_t v = begin; v < end; ++v) {
    if (at(v).z > at(pole).z) pole = v;
  }
  const std::vector<int> ring = mesh_.rings_from({&pole, 1});
  const std::array<Vec, 6> by_ring{kPupil, kPupil, kIrisInner, kIrisOuter, kLimbus, kSclera};
  for (uint32_t v = begin; v < end; ++v) {
    const auto r = static_cast<size_t>(std::clamp(ring[v], 0, 5));
    const Vec c = by_ring[r];
    face_.appearance.albedo[v] = {c.x, c.y, c.z};
    face_.appearance.material[v] = Material::kEyeball;
  }
}

void Dresser::run() {
  eye_ = {ball(kSkinEnd, kLeftEyeEnd), ball(kLeftEyeEnd, kVertices)};
  eyes_ = 0.5f * (eye_[0].centre + eye_[1].centre);
  find_lips();
  unit_ = eyes_.y - lips_.y;
  if (face_.lips.upper.empty() || !(unit_ > 0)) {
    face_.lips = {};
    return;
  }
  find_regions();
  paint_skin();
  paint_eye(kSkinEnd, kLeftEyeEnd);
  paint_eye(kLeftEyeEnd, kVertices);
}

}  // namespace

void dress(Face& face) {
  const auto count = static_cast<size_t>(face.vertex_count());
  face.appearance.albedo.assign(count, {kSkinTone.x, kSkinTone.y, kSkinTone.z});
  face.appearance.material.assign(count, Material::kSkin);
  face.appearance.brow.clear();
  face.regions = {};
  face.lips = {};
  if (auto rings = flame_rings(face)) Dresser(face, *std::move(rings)).run();
}

}  // namespace flowtalk::face
