#include "flowtalk/perform/eyes.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace flowtalk::perform {
namespace {

using face::Matrix3;
using face::Vector3;

constexpr double kRadians = std::numbers::pi / 180;
constexpr float kMostAside = 0.49f, kMostUp = 0.36f, kMostDown = 0.42f;

// Of the built-in head, metres (face/builtin/measurements.h); other heads are much alike, and a
// millimetre is 0.06 degrees at the viewer.
constexpr Vector3 kLeftEye{0.0315, 0, 0.070}, kNeck{0, -0.105, -0.018}, kRoot{0, -0.165, -0.028};

Vector3 plus(const Vector3& a, const Vector3& b) { return {a[0] + b[0], a[1] + b[1], a[2] + b[2]}; }
Vector3 minus(const Vector3& a, const Vector3& b) {
  return {a[0] - b[0], a[1] - b[1], a[2] - b[2]};
}

Vector3 times(const Matrix3& m, const Vector3& v) {
  return {m[0] * v[0] + m[1] * v[1] + m[2] * v[2], m[3] * v[0] + m[4] * v[1] + m[5] * v[2],
          m[6] * v[0] + m[7] * v[1] + m[8] * v[2]};
}

face::EyeTurn turn_to(const Vector3& point, const Vector3& eye, const Stance& stance) {
  const Vector3 after_neck = plus(kNeck, times(stance.neck, minus(eye, kNeck)));
  const Vector3 place =
      plus(stance.moved, plus(kRoot, times(stance.root, minus(after_neck, kRoot))));
  const Matrix3 back = transposed(product(stance.root, stance.neck));
  const Vector3 seen = times(back, minus(point, place));
  const double away = std::hypot(seen[0], seen[1], seen[2]);
  const auto left = static_cast<float>(std::atan2(seen[0], seen[2])),
             up = static_cast<float>(std::asin(seen[1] / away));
  return {std::clamp(left, -kMostAside, kMostAside), std::clamp(up, -kMostDown, kMostUp)};
}

}  // namespace

Matrix3 transposed(const Matrix3& a) {
  return {a[0], a[3], a[6], a[1], a[4], a[7], a[2], a[5], a[8]};
}

Matrix3 rotation_of(const Angles& angles) {
  return face::rotation_of(face::HeadAngles{angles.pitch, angles.yaw, angles.roll});
}

face::Gaze eyes_on(const Direction& direction, const Stance& stance) {
  const double left = kRadians * direction[0], up = kRadians * direction[1];
  const Vector3 ahead{std::sin(left) * std::cos(up), std::sin(up), std::cos(left) * std::cos(up)};
  const Vector3 between{0, kLeftEye[1], kLeftEye[2]};
  Vector3 point = between;
  for (size_t i = 0; i < 3; ++i) point[i] += kViewer_m * ahead[i];
  const Vector3 right_eye{-kLeftEye[0], kLeftEye[1], kLeftEye[2]};
  return {turn_to(point, kLeftEye, stance), turn_to(point, right_eye, stance)};
}

}  // namespace flowtalk::perform
