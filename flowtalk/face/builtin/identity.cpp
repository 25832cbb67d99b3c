// Identity: measured differences between people first, then smooth waves of falling amplitude.
#include "flowtalk/base/rng.h"
#include "flowtalk/face/builtin/build.h"
#include "flowtalk/face/builtin/identity_axes.h"
#include "flowtalk/face/builtin/measurements.h"
#include "flowtalk/face/builtin/wrinkles.h"

namespace flowtalk::face::builtin {
namespace {

using namespace measure;

// A bump of displacement (mm per standard deviation) around a place of the left half; the right
// half mirrors it.
struct Bump {
  Vec centre, radius, move;
};
// Of the axes from kChinHeight to kLarynx, one standard deviation each.
constexpr std::array<Bump, kAge - kChinHeight> kBumps{{
    {{0, -104, 84}, {34, 24, 40}, {0, -3.2f, 0}},     // kChinHeight
    {{0, -102, 92}, {34, 24, 40}, {0, 0, 2.8f}},      // kChinForward
    {{60, -66, 36}, {26, 34, 40}, {3.4f, 0, 0}},      // kJawAngles
    {{26, -104, 76}, {18, 20, 32}, {2.8f, 0, 0}},     // kChinBreadth
    {{62, -25, 50}, {24, 22, 34}, {2.6f, 0, 0}},      // kCheekBones
    {{40, -28, 80}, {22, 18, 30}, {0.4f, 0, 2.2f}},   // kCheekBonesForward
    {{0, -36, 120}, {15, 15, 20}, {0, 0, 2.6f}},      // kNoseLength
    {{0, -40, 114}, {16, 12, 22}, {0, 2.2f, 0}},      // kNoseUpturned
    {{15, -43, 100}, {11, 13, 22}, {2.2f, 0, 0}},     // kNoseBreadth
    {{0, -10, 106}, {11, 18, 18}, {0, 0, 2.2f}},      // kNoseBridge
    {{9, -10, 98}, {9, 22, 16}, {1.3f, 0, 0}},        // kBridgeBreadth
    {{30, 17, 84}, {30, 11, 26}, {0, 0, 2.2f}},       // kBrowRidge
    {{30, 22, 84}, {32, 14, 30}, {0, 2.0f, 0}},       // kBrowHeight
    {{0, 56, 86}, {50, 28, 44}, {0, 0, 2.8f}},        // kForehead
    {{32, 0, 78}, {24, 20, 34}, {1.7f, 0, 0}},        // kEyesApart
    {{32, 0, 74}, {24, 20, 34}, {0, 1.6f, 0}},        // kEyesUp
    {{32, 0, 74}, {26, 22, 34}, {0, 0, -1.6f}},       // kEyesDeep
    {{22, -70, 98}, {16, 14, 26}, {2.2f, 0, 0}},      // kMouthBreadth
    {{0, -64, 107}, {26, 6, 16}, {0, 0.9f, 1.5f}},    // kUpperLipFull
    {{0, -77, 105}, {26, 6, 16}, {0, -0.9f, 1.6f}},   // kLowerLipFull
    {{0, -70, 102}, {34, 20, 30}, {0, 1.8f, 0}},      // kMouthHeight
    {{48, -58, 68}, {24, 26, 36}, {1.8f, 0, 1.6f}},   // kCheekFat
    {{58, -134, -10}, {60, 34, 90}, {3.0f, 0, 0}},    // kNeckGirth
    {{190, -240, -30}, {90, 60, 200}, {5.5f, 0, 0}},  // kShoulders
    {{34, 7, 84}, {16, 4.5f, 14}, {0, -1.0f, 0.7f}},  // kLidFold
    {{0, -142, 48}, {9, 13, 20}, {0, 0, 3.5f}},       // kLarynx
}};
constexpr Vec kMiddle{0, -10, 0};

// Eyes move as a whole: near an eye the field is read at its centre.
Vec reading_point(Vec p) {
  const Vec eye{p.x > 0 ? kEye.x : -kEye.x, kEye.y, kEye.z};
  return mix(eye, p, smooth(17, 30, length(p - eye)));
}

Vec scale_axis(size_t axis, Vec p) {
  // The bust goes along with the neck.
  const Vec q = Vec{std::clamp(p.x, -100.0f, 100.0f), std::max(p.y, -170.0f), p.z} - kMiddle;
  switch (axis) {
    case 0:
      return {0.035f * q.x, 0, 0};
    case 1:
      return {0, 0.034f * q.y, 0};
    case 2:
      return {0, 0, 0.034f * q.z};
    default:
      return 0.03f * q;
  }
}

// Creases that stay, and what sinks with the years: cheeks over the jaw, lids, the tip of the nose.
Vec age_axis(const Point& point, Vec p) {
  if (point.part != Part::kSkin && point.part != Part::kNostril) return {};
  if (p.z < 20) return {};
  const Vec here{std::abs(p.x), p.y, p.z};
  const float crease = 0.5f * nasolabial_fold(here, false) + 0.35f * forehead_lines(here, 0, 30) +
                       0.35f * crows_feet(here) + 0.2f * frown_lines(here);
  const float bag = 0.9f * bell(here, 32, -15.5f, 11, 3.2f) - 0.6f * bell(here, 31, -21, 13, 2.6f);
  const float hollow = -1.6f * bell(here, 46, -52, 12, 16),
              jowl = 1.8f * bell(here, 42, -90, 10, 9);
  const float sink = -1.2f * bell(here, 42, -86, 16, 14) - 0.6f * bell(here, 0, -38, 14, 9);
  return (crease + bag + hollow + jowl) * point.normal + Vec{0, sink, 0};
}

Vec bump_axis(const Bump& bump, Vec p) {
  const float sign = p.x < 0 ? -1.0f : 1.0f;
  const Vec here{std::abs(p.x), p.y, p.z};
  const Vec d = (here - bump.centre) / bump.radius;
  // Sideways moves vanish on the mid-line.
  const Vec move{sign * bump.move.x * smooth(0, 9, here.x), bump.move.y, bump.move.z};
  return std::exp(-0.5f * dot(d, d)) * move;
}

// One smooth wave over the head: a direction of movement times a plane cosine.
struct Wave {
  Vec move, frequency;  // mm; turns per mm
  float phase;          // turns
};
Wave wave(size_t axis) {
  Rng rng(axis);
  const auto draw = [&] { return static_cast<float>(rng.uniform(-1, 1)); };
  const auto draw_direction = [&] {
    const float x = draw(), y = draw();
    return normalized({x, y, draw()});
  };
  const float order = 1 + static_cast<float>(axis) / 60;
  const Vec direction = draw_direction();
  const Vec toward = draw_direction();
  const float amplitude = 0.3f / order;  // mm
  return {amplitude * direction, (order / 220) * toward, 0.5f * draw()};
}

// About cos(2 pi turns) for turns above -64, without branches so that loops over it vectorise.
float cosine(float turns) {
  const float t = turns - static_cast<float>(static_cast<int>(turns + 64.5f) - 64);
  const float q = t * t;
  return 1 + q * (-19.7392f + q * (64.9172f + q * (-85.2961f + q * (58.9122f - 21.2833f * q))));
}

}  // namespace

tensor::Tensor shape_basis(const HeadMesh& mesh) {
  const auto count = static_cast<int64_t>(mesh.points.size());
  tensor::Tensor basis({flame::kShape, count * 3});
  std::vector<Vec> places;
  for (const Point& point : mesh.points) places.push_back(reading_point(point.p));
  for (size_t axis = 0; axis < flame::kShape; ++axis) {
    float* row = basis.data() + static_cast<int64_t>(axis) * count * 3;
    const Wave w = wave(axis);
    if (axis >= kNamed) {
      for (const Vec& p : places) {
        const float height = kMetre * cosine(dot(w.frequency, p) + w.phase);
        *row++ = height * w.move.x;
        *row++ = height * w.move.y;
        *row++ = height * w.move.z;
      }
      continue;
    }
    for (size_t i = 0; i < places.size(); ++i) {
      const Vec p = places[i];
      const Vec d = kMetre * (axis < kChinHeight ? scale_axis(axis, p)
                              : axis == kAge     ? age_axis(mesh.points[i], p)
                                                 : bump_axis(kBumps[axis - kChinHeight], p));
      *row++ = d.x;
      *row++ = d.y;
      *row++ = d.z;
    }
  }
  return basis;
}

}  // namespace flowtalk::face::builtin
