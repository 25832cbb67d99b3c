// Colours, linear RGB.
#include "flowtalk/face/builtin/build.h"
#include "flowtalk/face/builtin/measurements.h"

namespace flowtalk::face::builtin {
namespace {

constexpr Vec kSkinTone{0.66f, 0.39f, 0.275f};
constexpr Vec kBlush{0.66f, 0.27f, 0.20f};
constexpr Vec kShade{0.42f, 0.20f, 0.14f};
constexpr Vec kRed{0.50f, 0.18f, 0.155f};  // of the lips
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
  }
  const Vec nostril = p - Vec{6.4f, -47.4f, 104.5f};
  const float hole = length(nostril / Vec{2.9f, 2.6f, 4.2f});
  c = mix(c, {0.06f, 0.018f, 0.012f}, smooth(1.15f, 0.75f, hole));
  if (p.y > -30 && point.t < 1) {  // lids
    const bool upper = point.side >= 0;
    c = mix(c, kShade, (upper ? 0.40f : 0.18f) * smooth(0.6f, 0.2f, point.t));
    if (point.t == 0) c = mix(c, kLashes, point.side > 0 ? 1.0f : point.side == 0 ? 0.6f : 0.55f);
    if (point.t > 0 && point.t < 0.1f) c = mix(c, kLashes, point.side > 0 ? 0.8f : 0.05f);
  }
  return c;
}

Vec lip_colour(const Point& point) {
  const float edge = smooth(0.75f, 1.0f, point.t);
  const float inner = smooth(0.15f, 0.0f, point.t);
  Vec c = mix(kRed, mix(kRed, kSkinTone, 0.4f), edge);
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
  const Vec white{0.74f, 0.71f, 0.68f};
  return mix({0.30f, 0.29f, 0.285f}, mix(white, {0.62f, 0.42f, 0.38f}, smooth(1.5f, 2.1f, r)),
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

Vec hair_colour(const Point& point) { return (0.75f + 0.6f * point.t) * kHairTone; }

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
      return {{0.70f, 0.44f, 0.37f}, Material::kSkin};
    case Part::kEyeball:
      return {eyeball_colour(point), Material::kEyeball};
    case Part::kBrow:
      return {kBrows, Material::kBrow};
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

}  // namespace

Appearance paint(const HeadMesh& mesh) {
  Appearance look;
  for (const Point& point : mesh.points) {
    const Paint c = paint(point);
    look.albedo.push_back({c.colour.x, c.colour.y, c.colour.z});
    look.material.push_back(c.material);
  }
  return look;
}

}  // namespace flowtalk::face::builtin
