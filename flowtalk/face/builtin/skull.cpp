// The smooth skin of the head as a blend of volumes.
#include <array>

#include "flowtalk/face/builtin/head_mesh.h"
#include "flowtalk/face/builtin/measurements.h"

namespace flowtalk::face::builtin {
namespace {

// About the distance to an ellipsoid.
float ellipsoid(Vec p, Vec centre, Vec radii) {
  const Vec q = (p - centre) / radii;
  const float a = length(q);
  const float b = std::max(length(q / radii), 1e-6f);
  return a * (a - 1) / b;
}

float capsule(Vec p, Vec a, Vec b, float radius_a, float radius_b) {
  const Vec ab = b - a;
  const float h = std::clamp(dot(p - a, ab) / dot(ab, ab), 0.0f, 1.0f);
  return length(p - a - h * ab) - mix(radius_a, radius_b, h);
}

// Union and difference with a seam of width k.
float join(float a, float b, float k) {
  const float h = std::max(k - std::abs(a - b), 0.0f) / k;
  return std::min(a, b) - h * h * k * 0.25f;
}
float carve(float a, float b, float k) { return -join(-a, b, k); }

// Volumes whose blend lies within half a millimetre (RMS) of the measured grid (measured.h); found
// by descent on the distance of its points, so that single volumes are no anatomy. mm; `seam` is
// the width over which a volume blends into those before it.
struct Ellipsoid {
  Vec centre, radii;
  float seam;
};
struct Capsule {
  Vec from, to;
  float radius_from, radius_to, seam;
};
constexpr Ellipsoid kCranium{{0, 22.2f, -11.2f}, {80.8f, 90.6f, 90.7f}, 0};
constexpr Ellipsoid kForehead{{0, 33.3f, 36.3f}, {58.9f, 54.1f, 52.3f}, 22.2f};
constexpr Ellipsoid kMiddleFace{{0, -26, 29.7f}, {67.2f, 62.6f, 61.6f}, 25.2f};
constexpr Capsule kJawLine{{37.6f, -62.3f, 27.7f}, {11.7f, -96.8f, 75.5f}, 20.6f, 6.5f, 14.5f};
constexpr std::array<Ellipsoid, 6> kFace{{
    {{41.6f, -46.9f, 38.9f}, {17.5f, 38.8f, 28.6f}, 27.3f},  // chewing muscle
    {{16.4f, -85.5f, 56.5f}, {25.6f, 28, 23.2f}, 29.2f},     // body of the jaw
    {{0, -103.4f, 71.3f}, {13.8f, 11.1f, 23.4f}, 29.1f},     // chin
    {{0, -65, 64.4f}, {34, 23.7f, 40.3f}, 21.4f},            // tooth-bearing arch
    {{38.8f, -24.8f, 54.5f}, {22.4f, 19.9f, 23.7f}, 8.9f},   // cheek bone
    {{29.8f, -44.2f, 60.8f}, {21, 21.9f, 22.7f}, 11.9f},     // cheek
}};
constexpr Capsule kBrowRidge{{13.2f, 18.2f, 77.4f}, {41.6f, 10.1f, 72.7f}, 10.5f, 9.6f, 28};
constexpr Ellipsoid kNape{{0, -82.2f, -22.9f}, {55.1f, 95.5f, 42.5f}, 50};
constexpr Capsule kThroat{{0, -72.3f, -12.7f}, {0, -199, -29.1f}, 45, 66.3f, 19.9f};
constexpr Ellipsoid kOrbit{{31.9f, -1.6f, 87.7f}, {25, 8.6f, 19.6f}, 24.2f};
constexpr Ellipsoid kLids{{31.5f, 0, 69.5f}, {16, 14, 13}, 13.5f};
constexpr Capsule kBridge{{0, 2.5f, 79.4f}, {0, -31, 105.9f}, 4, 10.5f, 20.2f};
constexpr Ellipsoid kTip{{0, -36.2f, 106.3f}, {9.8f, 7.9f, 10.8f}, 8.3f};
constexpr Ellipsoid kWing{{11.7f, -38, 96.3f}, {6.6f, 7, 9.3f}, 4};
// Not in the grid, which is coarser than they are.
constexpr Capsule kColumella{{0, -41, 110}, {0, -47, 101}, 4.5f, 4.0f, 4};
constexpr std::array<Capsule, 2> kAlarGroove{{{{15.2f, -34, 99}, {18.2f, -42, 94}, 1.6f, 2.2f, 4},
                                              {{18.2f, -42, 94}, {15.6f, -49, 97}, 2.2f, 1.4f, 3}}};
constexpr Capsule kPhiltrum{{0, -52, 108}, {0, -59, 107.5f}, 2.2f, 3.0f, 4};

float distance(Vec p, const Ellipsoid& e) { return ellipsoid(p, e.centre, e.radii); }
float distance(Vec p, const Capsule& c) {
  return capsule(p, c.from, c.to, c.radius_from, c.radius_to);
}
template <class Volume>
void add(float& d, Vec p, const Volume& volume) {
  d = join(d, distance(p, volume), volume.seam);
}
template <class Volume>
void take(float& d, Vec p, const Volume& volume) {
  d = carve(d, distance(p, volume), volume.seam);
}

float head_field(Vec p) {
  float d = distance(p, kCranium);
  add(d, p, kForehead);
  add(d, p, kMiddleFace);
  add(d, p, kJawLine);
  for (const Ellipsoid& volume : kFace) add(d, p, volume);
  add(d, p, kBrowRidge);
  add(d, p, kNape);
  add(d, p, kThroat);
  return d;
}

template <class F>
Vec gradient(F field, Vec p, float e) {
  return normalized({field(p + Vec{e, 0, 0}) - field(p - Vec{e, 0, 0}),
                     field(p + Vec{0, e, 0}) - field(p - Vec{0, e, 0}),
                     field(p + Vec{0, 0, e}) - field(p - Vec{0, 0, e})});
}

}  // namespace

float skin_field(Vec p) {
  p.x = std::abs(p.x);
  float d = head_field(p);
  take(d, p, kOrbit);
  add(d, p, kLids);
  add(d, p, kBridge);
  add(d, p, kTip);
  add(d, p, kWing);
  add(d, p, kColumella);
  for (const Capsule& volume : kAlarGroove) take(d, p, volume);
  take(d, p, kPhiltrum);
  return d;
}

Vec skin_normal(Vec p) { return gradient(skin_field, p, 0.5f); }

Vec slide_normal(Vec p) {
  return gradient([](Vec q) { return head_field({std::abs(q.x), q.y, q.z}); }, p, 4.0f);
}

Vec on_skin(Vec p) {
  for (int i = 0; i < 12; ++i) p = p - 0.8f * skin_field(p) * skin_normal(p);
  return p;
}

Vec skin_on_ray(Vec origin, Vec direction) {
  float t = 190;  // outside of everything
  float d = skin_field(origin + t * direction), slope = 1.2f;
  for (int i = 0; i < 60 && std::abs(d) > 0.01f; ++i) {
    const float step = std::min(d / slope, 90.0f);
    t -= step;
    const float next = skin_field(origin + t * direction);
    // The slope just seen, within reason: the field is about a distance along most rays.
    if (std::abs(step) > 1e-4f) slope = std::clamp((d - next) / step, 0.35f, 1.3f);
    if (next > 6) slope = std::max(slope, 0.8f);  // no leap over a seam from afar
    d = next;
  }
  return origin + t * direction;
}

Vec skin_from_front(float x, float y) { return skin_on_ray({x, y, 0}, {0, 0, 1}); }

}  // namespace flowtalk::face::builtin
