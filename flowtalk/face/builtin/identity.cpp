// Identity: measured differences between people first, then smooth waves of falling amplitude.
#include "flowtalk/base/rng.h"
#include "flowtalk/face/builtin/build.h"
#include "flowtalk/face/builtin/measurements.h"

namespace flowtalk::face::builtin {
namespace {

using namespace measure;

// A bump of displacement (mm per standard deviation) around a place of the left half; the right
// half mirrors it.
struct Bump {
  Vec centre, radius, move;
};
// Axes 4 to 25, one standard deviation each; axes 0 to 3 are breadth, height, length and size.
constexpr std::array<Bump, 22> kBumps{{
    {{0, -100, 85}, {34, 26, 40}, {0, -3.2f, 0}},    // chin height
    {{0, -100, 92}, {34, 26, 40}, {0, 0, 2.8f}},     // chin forward
    {{52, -75, 22}, {26, 34, 40}, {3.0f, 0, 0}},     // jaw angle breadth
    {{22, -100, 84}, {16, 18, 30}, {2.4f, 0, 0}},    // chin breadth
    {{58, -25, 50}, {24, 22, 34}, {2.6f, 0, 0}},     // cheek bone breadth
    {{38, -30, 76}, {22, 18, 30}, {0.4f, 0, 2.2f}},  // cheek bone forward
    {{0, -38, 116}, {14, 14, 18}, {0, 0, 2.4f}},     // nose length
    {{0, -40, 112}, {16, 12, 22}, {0, 2.0f, 0}},     // nose tip upturned
    {{13, -42, 102}, {10, 12, 20}, {1.8f, 0, 0}},    // nose breadth
    {{0, -12, 104}, {10, 16, 18}, {0, 0, 2.0f}},     // nose bridge
    {{8, -8, 96}, {8, 20, 16}, {1.1f, 0, 0}},        // bridge breadth
    {{30, 18, 84}, {30, 12, 26}, {0, 0, 2.2f}},      // brow ridge
    {{30, 22, 84}, {32, 14, 30}, {0, 2.0f, 0}},      // brow height
    {{0, 56, 88}, {46, 28, 40}, {0, 0, 2.6f}},       // forehead bulge
    {{32, 0, 78}, {24, 20, 34}, {1.7f, 0, 0}},       // eyes apart
    {{32, 0, 74}, {24, 20, 34}, {0, 1.6f, 0}},       // eyes up
    {{32, 0, 74}, {26, 22, 34}, {0, 0, -1.6f}},      // eyes deep
    {{22, -66, 98}, {16, 14, 26}, {2.2f, 0, 0}},     // mouth breadth
    {{0, -61, 105}, {26, 6, 18}, {0, 0.5f, 1.4f}},   // upper lip fullness
    {{0, -73, 105}, {26, 6, 18}, {0, -0.5f, 1.6f}},  // lower lip fullness
    {{0, -66, 102}, {34, 20, 30}, {0, 1.8f, 0}},     // mouth height
    {{46, -58, 62}, {24, 26, 36}, {1.6f, 0, 1.6f}},  // cheek fat
}};
constexpr Vec kMiddle{0, -10, 0};

// Eyes move as a whole: near an eye the field is read at its centre.
Vec reading_point(Vec p) {
  const Vec eye{p.x > 0 ? kEye.x : -kEye.x, kEye.y, kEye.z};
  return mix(eye, p, smooth(17, 30, length(p - eye)));
}

Vec scale_axis(size_t axis, Vec p) {
  const Vec q = p - kMiddle;
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
    if (axis >= 4 + kBumps.size()) {
      for (const Vec& p : places) {
        const float height = kMetre * cosine(dot(w.frequency, p) + w.phase);
        *row++ = height * w.move.x;
        *row++ = height * w.move.y;
        *row++ = height * w.move.z;
      }
      continue;
    }
    for (const Vec& p : places) {
      const Vec d = kMetre * (axis < 4 ? scale_axis(axis, p) : bump_axis(kBumps[axis - 4], p));
      *row++ = d.x;
      *row++ = d.y;
      *row++ = d.z;
    }
  }
  return basis;
}

}  // namespace flowtalk::face::builtin
