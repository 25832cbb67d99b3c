// Colours, linear RGB.
#include "flowtalk/face/builtin/build.h"
#include "flowtalk/face/builtin/measurements.h"

namespace flowtalk::face::builtin {
namespace {

constexpr Vec kSkinTone{0.66f, 0.39f, 0.275f};
constexpr Vec kBlush{0.66f, 0.27f, 0.20f};
constexpr Vec kPale{0.70f, 0.45f, 0.30f};   // of the forehead
constexpr Vec kBeard{0.50f, 0.33f, 0.27f};  // cooler skin around mouth and chin
constexpr Vec kShade{0.42f, 0.20f, 0.14f};
constexpr Vec kRed{0.47f, 0.185f, 0.15f};  // of the lips
constexpr Vec kLashes{0.02f, 0.012f, 0.01f};
constexpr Vec kBrows{0.075f, 0.040f, 0.024f};
constexpr Vec kHairTone{0.052f, 0.028f, 0.016f};

Vec skin_colour(const Point& point) {
  Vec p = point.p;
  p.x = std::abs(p.x);
  Vec c = kSkinTone;
  if (p.z > 20) {
    c = mix(c, kBlush, 0.42f * bell(p, 36, -34, 13, 12));
    c = mix(c, kBlush, 0.35f * bell(p, 0, -38, 10, 7));
    c = mix(c, kBlush, 0.22f * bell(p, 0, -100, 14, 9));
    c = mix(c, kShade, 0.22f * bell(p, 0, -83, 13, 3.5f));
    c = mix(c, kPale, 0.35f * bell(p, 0, 48, 40, 22));
    c = mix(c, kBeard, 0.18f * smooth(-58, -80, p.y) * smooth(60, 90, p.z));
    c = mix(c, kBlush, 0.30f * bell(p, 31.5f, -14, 13, 4));
  }
  const Vec nostril = p - Vec{6.4f, -47.4f, 104.5f};
  const float hole = length(nostril / Vec{2.9f, 2.6f, 4.2f});
  c = mix(c, {0.06f, 0.018f, 0.012f}, 0.9f * smooth(1.3f, 0.5f, hole));
  if (p.y > -30 && point.t < 1) {  // lids
    const bool upper = point.side >= 0;
    c = mix(c, kShade, (upper ? 0.40f : 0.18f) * smooth(0.6f, 0.2f, point.t));
    if (point.t == 0) c = mix(c, kLashes, point.side > 0 ? 1.0f : point.side == 0 ? 0.3f : 0.5f);
    if (point.t > 0 && point.t < 0.06f) c = mix(c, kLashes, point.side > 0 ? 0.8f : 0.1f);
  }
  return c;
}

Vec lip_colour(const Point& point) {
  const float edge = smooth(0.75f, 1.0f, point.t);
  const float inner = smooth(0.15f, 0.0f, point.t);
  Vec c = mix(kRed, mix(kRed, kSkinTone, 0.55f), edge);
  return mix(c, {0.20f, 0.045f, 0.04f}, 0.75f * inner);
}

Vec eyeball_colour(const Point& point) {
  const float r = point.s;  // iris radii
  if (r < 0.4f) return {0.006f, 0.006f, 0.007f};
  if (r < 1.0f) {
    const Vec inner{0.26f, 0.17f, 0.075f}, outer{0.085f, 0.155f, 0.15f},
        limbus{0.018f, 0.03f, 0.035f};
    return mix(mix(inner, outer, smooth(0.42f, 0.68f, r)), limbus, smooth(0.8f, 0.98f, r));
  }
  const Vec white{0.66f, 0.625f, 0.60f};
  return mix({0.26f, 0.25f, 0.245f}, mix(white, {0.50f, 0.30f, 0.26f}, smooth(1.25f, 1.95f, r)),
             smooth(0.98f, 1.2f, r));
}

Vec teeth_colour(const Point& point) {
  const Vec enamel{0.93f, 0.89f, 0.80f};
  Vec c = mix(enamel, {0.62f, 0.52f, 0.40f}, smooth(0.5f, 1.0f, point.t) * 0.6f);
  c = mix(c, 0.55f * c, 0.6f * point.s);
  return mix(c, 0.3f * c, smooth(105, 75, point.p.z + std::abs(point.p.x) * 0.2f) * 0.8f);
}

Vec bag_colour(const Point& point) {
  const float deep = std::clamp((-point.t - 1) / 3, 0.0f, 1.0f);
  return mix({0.20f, 0.045f, 0.04f}, {0.030f, 0.005f, 0.005f}, deep);
}

Vec hair_colour(const Point& point) {
  // Sparse at the hairline, where the skin shows between the roots.
  return mix((0.75f + 0.6f * point.t) * kHairTone, kSkinTone, 0.4f * smooth(0.95f, 1.0f, point.s));
}

Vec brow_colour(const Point& point) {
  // The outer rows lie under the skin; towards them and towards both ends hairs are sparse.
  const float edge = smooth(0.45f, 1.0f, std::abs(point.t));
  const float ends = smooth(0.06f, 0.0f, point.s) + smooth(0.8f, 1.0f, point.s);
  return mix(kBrows, kSkinTone, std::min(0.97f, 0.97f * edge + 0.6f * ends));
}

Vec ear_colour(const Point& point) {
  const float deep = smooth(0.5f, 0.1f, point.s);
  return mix(mix(kSkinTone, kBlush, 0.35f), kShade, 0.75f * deep);
}

struct Paint {
  Vec colour;
  Material material;
};

Paint paint(const Point& point) {
  switch (point.part) {
    case Part::kSkin:
      return {skin_colour(point), Material::kSkin};
    case Part::kLips:
      return {lip_colour(point), Material::kLips};
    case Part::kLidRim:
      return {{0.60f, 0.33f, 0.275f}, Material::kLips};  // as wet
    case Part::kEyeball:
      return {eyeball_colour(point), Material::kEyeball};
    case Part::kBrow:
      return {brow_colour(point), Material::kBrow};
    case Part::kMouthBag:
      return {bag_colour(point), Material::kMouthInside};
    case Part::kGum:
      return {{0.42f, 0.13f, 0.12f}, Material::kMouthInside};
    case Part::kTeeth:
      return {teeth_colour(point), Material::kTeeth};
    case Part::kTongue:
      return {{0.50f, 0.17f, 0.15f}, Material::kTongue};
    case Part::kEar:
      return {ear_colour(point), Material::kSkin};
    case Part::kHair:
      return {hair_colour(point), Material::kHair};
  }
  return {};
}

// Hair lies along lines from the crown, away from the parting; hairs of the brow lean outwards.
float strand_of(const Point& point) {
  constexpr float kParting = 0.35f;  // radians around the head
  const Vec p = point.p;
  if (point.part == Part::kHair) {
    float aside = std::abs(std::atan2(p.x, p.z) - kParting);
    aside = std::min(aside, 2 * kPi - aside);
    return 52 * aside + 9 * point.s + 3 * std::sin(6 * point.s + 5 * aside);
  }
  if (point.part == Part::kBrow) {
    return (std::abs(p.x) - 1.1f * mix(0.6f, 2.0f, point.s) * 4 * point.t) / 0.55f;
  }
  return 0;
}

// Iris and pupil of each eye; the pole is added first.
std::vector<Cornea> corneas_of(const HeadMesh& mesh) {
  std::vector<Cornea> eyes(2);
  for (size_t i = 0; i < mesh.points.size(); ++i) {
    const Point& point = mesh.points[i];
    if (point.part != Part::kEyeball || point.s > 1) continue;
    Cornea& eye = eyes[point.p.x > 0 ? 0 : 1];
    if (eye.vertices.empty()) eye.pole = static_cast<uint32_t>(i);
    eye.vertices.push_back(static_cast<uint32_t>(i));
  }
  return eyes;
}

}  // namespace

Appearance paint(const HeadMesh& mesh) {
  Appearance look;
  for (const Point& point : mesh.points) {
    const Paint c = paint(point);
    look.albedo.push_back({c.colour.x, c.colour.y, c.colour.z});
    look.material.push_back(c.material);
    look.strand.push_back(strand_of(point));
  }
  look.corneas = corneas_of(mesh);
  return look;
}

}  // namespace flowtalk::face::builtin
