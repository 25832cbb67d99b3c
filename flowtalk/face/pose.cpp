#include "flowtalk/face/pose.h"

#include <cmath>

namespace flowtalk::face {
namespace {

Rigid operator*(const Rigid& a, const Rigid& b) {  // first b, then a
  Rigid c;
  for (size_t i = 0; i < 3; ++i) {
    c.t[i] = a.t[i];
    for (size_t k = 0; k < 3; ++k) {
      c.t[i] += a.r[3 * i + k] * b.t[k];
      c.r[3 * i + k] = 0;
      for (size_t j = 0; j < 3; ++j) c.r[3 * i + k] += a.r[3 * i + j] * b.r[3 * j + k];
    }
  }
  return c;
}

// A rotation about a point: x -> R (x - p) + p.
Rigid about(const Matrix3& r, const Vector3& p) {
  Rigid m{r, p};
  for (size_t i = 0; i < 3; ++i) {
    m.t[i] -= r[3 * i] * p[0] + r[3 * i + 1] * p[1] + r[3 * i + 2] * p[2];
  }
  return m;
}

}  // namespace

Matrix3 rotation(const std::array<float, 3>& axis_angle) {
  if (axis_angle == std::array<float, 3>{}) return {1, 0, 0, 0, 1, 0, 0, 0, 1};
  constexpr double kNeverZero = 1e-8;
  double square = 0;
  for (const float a : axis_angle) square += (a + kNeverZero) * (a + kNeverZero);
  const double angle = std::sqrt(square);
  const double x = axis_angle[0] / angle, y = axis_angle[1] / angle, z = axis_angle[2] / angle;
  const double s = std::sin(angle), d = 1 - std::cos(angle);
  // I + s K + d K^2; the axis is not exactly of unit length, so K^2 is written out.
  return {1 - d * (y * y + z * z), d * x * y - s * z,       d * x * z + s * y,
          d * x * y + s * z,       1 - d * (x * x + z * z), d * y * z - s * x,
          d * x * z - s * y,       d * y * z + s * x,       1 - d * (x * x + y * y)};
}

Rotations rotations(const FaceFrame& frame) {
  return {rotation(frame.root), rotation(frame.neck), rotation(frame.jaw), rotation(frame.left_eye),
          rotation(frame.right_eye)};
}

std::array<Rigid, flame::kJoints> chain(const std::array<int, flame::kJoints>& parents,
                                        const Joints& joints, const Rotations& rotations) {
  std::array<Rigid, flame::kJoints> world;
  for (size_t j = 0; j < joints.size(); ++j) {
    const Rigid local = about(rotations[j], joints[j]);
    world[j] = parents[j] < 0 ? local : world[static_cast<size_t>(parents[j])] * local;
  }
  return world;
}

std::array<float, 36> pose_feature(const Rotations& rotations) {
  std::array<float, 36> feature{};
  for (size_t j = 1; j < rotations.size(); ++j) {
    for (size_t k = 0; k < 9; ++k) {
      feature[9 * (j - 1) + k] = static_cast<float>(rotations[j][k] - (k % 4 == 0 ? 1.0 : 0.0));
    }
  }
  return feature;
}

Vector3 move(const Rigid& rigid, const Vector3& p) {
  Vector3 out = rigid.t;
  for (size_t i = 0; i < 3; ++i) {
    for (size_t k = 0; k < 3; ++k) out[i] += rigid.r[3 * i + k] * p[k];
  }
  return out;
}

}  // namespace flowtalk::face
