// Small vectors and smooth scalar functions that the head is drawn with. Lengths in millimetres.
#pragma once

#include <algorithm>
#include <cmath>

namespace flowtalk::face::builtin {

inline constexpr float kPi = 3.14159265f;

struct Vec {
  float x = 0, y = 0, z = 0;
};
constexpr Vec operator+(Vec a, Vec b) { return {a.x + b.x, a.y + b.y, a.z + b.z}; }
constexpr Vec operator-(Vec a, Vec b) { return {a.x - b.x, a.y - b.y, a.z - b.z}; }
constexpr Vec operator*(float s, Vec a) { return {s * a.x, s * a.y, s * a.z}; }
constexpr Vec operator*(Vec a, Vec b) { return {a.x * b.x, a.y * b.y, a.z * b.z}; }
constexpr Vec operator/(Vec a, Vec b) { return {a.x / b.x, a.y / b.y, a.z / b.z}; }
constexpr Vec& operator+=(Vec& a, Vec b) { return a = a + b; }
constexpr float dot(Vec a, Vec b) { return a.x * b.x + a.y * b.y + a.z * b.z; }
constexpr Vec cross(Vec a, Vec b) {
  return {a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x};
}
inline float length(Vec a) { return std::sqrt(dot(a, a)); }
inline Vec normalized(Vec a) { return (1.0f / std::max(length(a), 1e-12f)) * a; }
constexpr Vec mirrored(Vec a) { return {-a.x, a.y, a.z}; }

constexpr float mix(float a, float b, float t) { return a + (b - a) * t; }
constexpr Vec mix(Vec a, Vec b, float t) { return a + t * (b - a); }
// Catmull and Rom's curve through four points, from b (t = 0) to c (t = 1).
constexpr Vec curve(Vec a, Vec b, Vec c, Vec d, float t) {
  const Vec m0 = 0.5f * (c - a), m1 = 0.5f * (d - b);
  const float t2 = t * t, t3 = t2 * t;
  return (2 * t3 - 3 * t2 + 1) * b + (t3 - 2 * t2 + t) * m0 + (3 * t2 - 2 * t3) * c +
         (t3 - t2) * m1;
}
// 0 below `from`, 1 above `to` (or the reverse when from > to), smooth between.
constexpr float smooth(float from, float to, float x) {
  const float t = std::clamp((x - from) / (to - from), 0.0f, 1.0f);
  return t * t * (3 - 2 * t);
}
inline float bell(float distance, float sigma) {
  return std::exp(-0.5f * distance * distance / (sigma * sigma));
}
// A bell around (cx, cy) in the front view, wider or narrower per axis.
inline float bell(Vec p, float cx, float cy, float sx, float sy) {
  const float dx = (p.x - cx) / sx, dy = (p.y - cy) / sy;
  return std::exp(-0.5f * (dx * dx + dy * dy));
}

}  // namespace flowtalk::face::builtin
