// Colours, linear RGB.
#include "flowtalk/face/builtin/build.h"
#include "flowtalk/face/builtin/measurements.h"

namespace flowtalk::face::builtin {
namespace {

constexpr Vec kLashes{0.02f, 0.012f, 0.01f};
constexpr Vec kFlesh{0.20f, 0.045f, 0.04f};  // inside the lips

constexpr Vec times(Vec a, Vec b) { return {a.x * b.x, a.y * b.y, a.z * b.z}; }

// Paints the parts of one person.
class Painter {
 public:
  explicit Painter(const Person& person) : person_(person), own_(person.colours) {
    const Vec skin = own_.skin;
    blush_ = times(skin, {1.0f, 0.69f, 0.73f});
    pale_ = times(skin, {1.06f, 1.15f, 1.09f});  // of the forehead
    shade_ = times(skin, {0.64f, 0.51f, 0.51f});
    // Cooler skin around mouth and chin; stubble is of the hair's colour.
    beard_ = mix(times(skin, {0.76f, 0.85f, 0.98f}), own_.hair, 0.5f * own_.beard);
  }

  Vec skin(const Point& point) const {
    Vec p = point.p;
    p.x = std::abs(p.x);
    Vec c = own_.skin;
    const float red = own_.blush;
    if (p.z > 20) {
      c = mix(c, blush_, 0.42f * red * bell(p, 36, -34, 13, 12));
      c = mix(c, blush_, 0.35f * red * bell(p, 0, -38, 10, 7));
      c = mix(c, blush_, 0.22f * red * bell(p, 0, -100, 14, 9));
      c = mix(c, shade_, 0.22f * bell(p, 0, -86, 13, 3.5f));
      c = mix(c, pale_, 0.35f * bell(p, 0, 48, 40, 22));
      c = mix(c, blush_, 0.30f * red * bell(p, 31.5f, -14, 13, 4));
    }
    const float chin = smooth(-58, -80, p.y) * smooth(60, 90, p.z);
    const float jaw = smooth(-50, -72, p.y) * smooth(-128, -112, p.y) * smooth(0, 30, p.z);
    c = mix(c, beard_, 0.18f * chin + 0.5f * own_.beard * std::max(jaw, chin));
    if (point.t > 1) {  // roots
      const float height = above_hairline(person_.hair, point.p);
      c = mix(c, own_.hair, 0.55f * smooth(-7.0f, 1.0f, height) * smooth(20, 0, -p.y - 40));
    }
    return p.y > -30 && point.t < 1 ? lid(c, point) : c;
  }
  Vec lips(const Point& point) const {
    const float edge = smooth(0.75f, 1.0f, point.t), inner = smooth(0.15f, 0.0f, point.t);
    const Vec c = mix(own_.lips, mix(own_.lips, own_.skin, 0.55f), edge);
    return mix(c, kFlesh, 0.75f * inner);
  }
  Vec lid_rim() const { return mix(own_.skin, {0.55f, 0.22f, 0.20f}, 0.5f); }
  Vec nostril(const Point& point) const {
    return mix(mix(own_.skin, blush_, 0.4f), {0.05f, 0.012f, 0.01f}, point.s);
  }
  Vec eyeball(const Point& point) const {
    const float r = point.s;  // iris radii
    if (r < 0.4f) return {0.006f, 0.006f, 0.007f};
    if (r < 1.0f) {
      const Vec iris = mix(own_.iris_inner, own_.iris_outer, smooth(0.42f, 0.68f, r));
      return mix(iris, 0.2f * own_.iris_outer, smooth(0.8f, 0.98f, r));
    }
    const Vec white{0.66f, 0.625f, 0.60f};
    return mix({0.26f, 0.25f, 0.245f}, mix(white, {0.50f, 0.30f, 0.26f}, smooth(1.25f, 1.95f, r)),
               smooth(0.98f, 1.2f, r));
  }
  Vec hair(const Point& point) const { return (0.75f + 0.5f * point.t) * own_.hair; }
  Vec ear(const Point& point) const {
    const float deep = smooth(0.5f, 0.1f, point.s);
    const float groove = point.t == 0 ? bell(point.s - 0.8f, 0.06f) : 0.0f;
    return mix(mix(own_.skin, blush_, 0.3f), shade_, 0.8f * deep + 0.22f * groove);
  }
  Vec shirt() const { return own_.shirt; }

 private:
  Vec lid(Vec c, const Point& point) const {
    const bool upper = point.side >= 0;
    c = mix(c, shade_, (upper ? 0.28f : 0.14f) * smooth(0.6f, 0.2f, point.t));
    if (point.t == 0) c = mix(c, kLashes, point.side > 0 ? 1.0f : point.side == 0 ? 0.3f : 0.5f);
    if (point.t > 0 && point.t < 0.06f) c = mix(c, kLashes, point.side > 0 ? 0.8f : 0.1f);
    return c;
  }

  const Person& person_;
  const Colours& own_;
  Vec blush_, pale_, shade_, beard_;
};

Vec teeth_colour(const Point& point) {
  const Vec enamel{0.93f, 0.89f, 0.80f};
  Vec c = mix(enamel, {0.62f, 0.52f, 0.40f}, smooth(0.5f, 1.0f, point.t) * 0.6f);
  c = mix(c, 0.35f * c, 0.7f * point.s);
  return mix(c, 0.06f * c, smooth(97, 80, point.p.z));  // further back they are in the dark
}

Vec bag_colour(const Point& point) {
  const float deep = std::clamp((-point.t - 1) / 3, 0.0f, 1.0f);
  return mix(kFlesh, {0.030f, 0.005f, 0.005f}, deep);
}

struct Paint {
  Vec colour;
  Material material;
};

Paint paint(const Point& point, const Painter& painter) {
  switch (point.part) {
    case Part::kSkin:
      return {painter.skin(point), Material::kSkin};
    case Part::kLips:
      return {painter.lips(point), Material::kLips};
    case Part::kLidRim:
      if (point.side < 0 && point.t < 0) return {{0.62f, 0.44f, 0.41f}, Material::kTear};
      return {painter.lid_rim(), Material::kLips};  // as wet
    case Part::kNostril:
      return {painter.nostril(point), Material::kSkin};
    case Part::kEyeball:
      return {painter.eyeball(point), Material::kEyeball};
    case Part::kLash:
      return {kLashes, Material::kLash};
    case Part::kMouthBag:
      return {bag_colour(point), Material::kMouthInside};
    case Part::kGum:
      return {{0.42f, 0.13f, 0.12f}, Material::kMouthInside};
    case Part::kTeeth:
      return {teeth_colour(point), Material::kTeeth};
    case Part::kTongue:
      return {{0.50f, 0.17f, 0.15f}, Material::kTongue};
    case Part::kEar:
      return {painter.ear(point), Material::kSkin};
    case Part::kHair:
      return {painter.hair(point), Material::kHair};
    case Part::kCloth:
      return {painter.shirt(), Material::kCloth};
  }
  return {};
}

// Hair lies along lines from the crown, away from the parting.
float strand_of(const Point& point, float parting) {  // parting: radians around the head
  const Vec p = point.p;
  if (point.part == Part::kHair) {
    float aside = std::abs(std::atan2(p.x, p.z) - parting);
    aside = std::min(aside, 2 * kPi - aside);
    return 95 * aside + 6 * point.s + 4 * std::sin(6 * point.s + 5 * aside);
  }
  return 0;
}

// A tapering arch over each eye, as seen from the front.
BrowPlace brow_of(const Point& point) {
  constexpr float kInner = 10.5f, kLength = 40;  // mm
  if (point.part != Part::kSkin || point.p.z < 30 || point.p.y < 0 || point.p.y > 45) return {};
  const float u = (std::abs(point.p.x) - kInner) / kLength;
  const float within = std::clamp(u, 0.0f, 1.0f);
  const float arch =
      15.6f + 7.4f * std::sin(kPi * std::pow(within, 0.85f) * 0.78f) - 3.0f * within * within;
  return {u, (point.p.y - arch) / kLength};
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

// What the margins of the upper lids shade.
std::vector<ShadedEye> shaded_eyes_of(const HeadMesh& mesh) {
  std::vector<ShadedEye> eyes(2);
  for (size_t i = 0; i < mesh.points.size(); ++i) {
    const Point& point = mesh.points[i];
    ShadedEye& eye = eyes[point.p.x > 0 ? 0 : 1];
    const auto index = static_cast<uint32_t>(i);
    const bool is_margin =
        point.part == Part::kSkin && point.t == 0 && point.side >= 0 && point.p.y > -30;
    if (is_margin) eye.margin.push_back(index);
    if (point.part == Part::kEyeball && point.s < 2) eye.vertices.push_back(index);
  }
  return eyes;
}

// Smooth noise in space, about -1..1, with features of 1 mm.
float noise(Vec p) {
  const auto value = [](int x, int y, int z) {
    auto h = static_cast<uint32_t>(x) * 0x8da6b343u ^ static_cast<uint32_t>(y) * 0xd8163841u ^
             static_cast<uint32_t>(z) * 0xcb1ab31fu;
    h = (h ^ (h >> 15)) * 0x2c1b3c6du;
    h = (h ^ (h >> 12)) * 0x297a2d39u;
    return static_cast<float>(h >> 8) * 0x1p-23f - 1;
  };
  const Vec f{std::floor(p.x), std::floor(p.y), std::floor(p.z)};
  const int x = static_cast<int>(f.x), y = static_cast<int>(f.y), z = static_cast<int>(f.z);
  const Vec t{smooth(0, 1, p.x - f.x), smooth(0, 1, p.y - f.y), smooth(0, 1, p.z - f.z)};
  const auto row = [&](int j, int k) {
    return mix(value(x, y + j, z + k), value(x + 1, y + j, z + k), t.x);
  };
  return mix(mix(row(0, 0), row(1, 0), t.y), mix(row(0, 1), row(1, 1), t.y), t.z);
}

// Skin is nowhere of one colour: patches of some millimetres are redder or paler.
Vec mottled(Vec colour, Vec p) {
  const float patch = 0.6f * noise(p / Vec{9, 9, 9}) + 0.4f * noise(p / Vec{4, 4, 4});
  return {colour.x * (1 + 0.025f * patch), colour.y * (1 - 0.055f * patch),
          colour.z * (1 - 0.06f * patch)};
}

// Unrolled from a cylinder about the head.
std::array<float, 2> pores_of(Vec p) { return {85 * std::atan2(p.x, p.z + 10), p.y}; }

}  // namespace

Appearance paint(const HeadMesh& mesh, const Person& person) {
  const Painter painter(person);
  const float parting = std::atan2(person.hair.parting, 74.0f);
  Appearance look;
  for (const Point& point : mesh.points) {
    Paint c = paint(point, painter);
    if (c.material == Material::kSkin) c.colour = mottled(c.colour, point.p);
    look.pores.push_back(pores_of(point.p));
    look.albedo.push_back({c.colour.x, c.colour.y, c.colour.z});
    look.material.push_back(c.material);
    look.strand.push_back(strand_of(point, parting));
    look.brow.push_back(brow_of(point));
  }
  const Vec brows = person.colours.brows;
  look.brow_colour = {brows.x, brows.y, brows.z};
  look.corneas = corneas_of(mesh);
  look.shaded_eyes = shaded_eyes_of(mesh);
  return look;
}

}  // namespace flowtalk::face::builtin
