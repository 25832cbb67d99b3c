#include "flowtalk/face/head_angles.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace flowtalk::face {
namespace {

constexpr double kDegrees = 180 / std::numbers::pi, kRadians = std::numbers::pi / 180;

}  // namespace

Matrix3 product(const Matrix3& a, const Matrix3& b) {
  Matrix3 c{};
  for (size_t i = 0; i < 3; ++i) {
    for (size_t j = 0; j < 3; ++j) {
      for (size_t k = 0; k < 3; ++k) c[3 * i + j] += a[3 * i + k] * b[3 * k + j];
    }
  }
  return c;
}

HeadAngles angles_of(const Matrix3& r) {
  return {kDegrees * std::asin(std::clamp(-r[5], -1.0, 1.0)), kDegrees * std::atan2(r[2], r[8]),
          kDegrees * std::atan2(r[3], r[4])};
}

HeadAngles angles_of(const std::array<float, 3>& root, const std::array<float, 3>& neck) {
  return angles_of(product(rotation(root), rotation(neck)));
}

Matrix3 rotation_of(const HeadAngles& angles) {
  const double x = kRadians * angles.pitch, y = kRadians * angles.yaw, z = kRadians * angles.roll;
  const Matrix3 by_x{1, 0, 0, 0, std::cos(x), -std::sin(x), 0, std::sin(x), std::cos(x)};
  const Matrix3 by_y{std::cos(y), 0, std::sin(y), 0, 1, 0, -std::sin(y), 0, std::cos(y)};
  const Matrix3 by_z{std::cos(z), -std::sin(z), 0, std::sin(z), std::cos(z), 0, 0, 0, 1};
  return product(product(by_y, by_x), by_z);
}

}  // namespace flowtalk::face
