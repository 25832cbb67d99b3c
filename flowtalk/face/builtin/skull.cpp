// The smooth skin of the head as a blend of measured volumes.
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

float head_field(Vec p) {
  using namespace measure;
  float d = ellipsoid(p, kCraniumCentre, kCraniumRadii);
  d = join(d, ellipsoid(p, {0, 38, 42}, {64, 50, 51}), 22);           // forehead
  d = join(d, ellipsoid(p, {0, -30, 34}, {60, 66, 60}), 24);          // middle face
  d = join(d, capsule(p, {34, -68, 24}, {15, -98, 76}, 12, 11), 26);  // jaw line
  d = join(d, ellipsoid(p, {37, -48, 34}, {16, 34, 28}), 24);         // chewing muscle
  d = join(d, ellipsoid(p, {17, -86, 66}, {20, 20, 24}), 18);         // body of the jaw
  d = join(d, ellipsoid(p, {0, -98, 81}, {18, 13.5f, 19.5f}), 16);    // chin
  d = join(d, ellipsoid(p, {0, -66, 64}, {33, 30, 36}), 16);          // tooth-bearing arch
  d = join(d, ellipsoid(p, {41, -24, 57}, {23, 18, 24}), 20);         // cheek bone
  d = join(d, ellipsoid(p, {29, -42, 62}, {19, 20, 25}), 18);         // cheek
  d = join(d, capsule(p, {8, 17, 83}, {43, 17, 66}, 12, 9.5f), 14);   // brow ridge
  return d;
}

// Height 49 (nasion to subnasale), breadth 34, tip 17 in front of the subnasale.
float nose_field(Vec p) {
  float d = capsule(p, {0, 8, 84}, {0, -30, 106.5f}, 7.5f, 8.5f);        // bridge
  d = join(d, ellipsoid(p, {0, -36.5f, 109}, {9.5f, 8.5f, 9.5f}), 8);    // tip
  d = join(d, ellipsoid(p, {11.0f, -41, 100}, {6.4f, 6.8f, 9}), 7);      // wings
  d = join(d, capsule(p, {0, -41, 110}, {0, -46, 100}, 4.5f, 4.5f), 4);  // columella
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
  using namespace measure;
  p.x = std::abs(p.x);
  float d = head_field(p);
  d = carve(d, ellipsoid(p, {32, -1, 92}, {17, 12, 15}), 16);  // orbit
  const Vec lids = kEye - Vec{0, 0, 0.5f};
  d = join(d, ellipsoid(p, lids, {16, 14, 13}), 7);
  d = join(d, nose_field(p), 11);
  d = carve(d, ellipsoid(p, {6.3f, -48.5f, 105.5f}, {3.3f, 5.2f, 5.5f}), 2.5f);  // nostril
  d = carve(d, capsule(p, {0, -51, 109}, {0, -57, 107.5f}, 2.2f, 3.0f), 4);      // philtrum
  float neck = capsule(p, {0, -70, -8}, {0, -190, -38}, 46, 52);
  neck = join(neck, ellipsoid(p, {0, -214, -40}, {86, 36, 58}), 46);  // towards the shoulders
  return join(d, neck, 18);
}

Vec skin_normal(Vec p) { return gradient(skin_field, p, 0.5f); }

Vec slide_normal(Vec p) {
  return gradient([](Vec q) { return head_field({std::abs(q.x), q.y, q.z}); }, p, 4.0f);
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
