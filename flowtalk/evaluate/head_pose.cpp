#include "flowtalk/evaluate/head_pose.h"

#include <algorithm>
#include <cmath>

#include "flowtalk/base/error.h"

namespace flowtalk::evaluate {
namespace {

using face::Matrix3;
using face::Vector3;

HeadPoints centred(HeadPoints points) {
  Vector3 mean{};
  for (const Vector3& p : points) {
    for (size_t i = 0; i < 3; ++i) mean[i] += p[i] / static_cast<double>(points.size());
  }
  for (Vector3& p : points) {
    for (size_t i = 0; i < 3; ++i) p[i] -= mean[i];
  }
  return points;
}

double determinant(const Matrix3& m) {
  return m[0] * (m[4] * m[8] - m[5] * m[7]) - m[1] * (m[3] * m[8] - m[5] * m[6]) +
         m[2] * (m[3] * m[7] - m[4] * m[6]);
}

// The transposed inverse.
Matrix3 contragredient(const Matrix3& m) {
  const double d = determinant(m);
  return {(m[4] * m[8] - m[5] * m[7]) / d, (m[5] * m[6] - m[3] * m[8]) / d,
          (m[3] * m[7] - m[4] * m[6]) / d, (m[2] * m[7] - m[1] * m[8]) / d,
          (m[0] * m[8] - m[2] * m[6]) / d, (m[1] * m[6] - m[0] * m[7]) / d,
          (m[1] * m[5] - m[2] * m[4]) / d, (m[2] * m[3] - m[0] * m[5]) / d,
          (m[0] * m[4] - m[1] * m[3]) / d};
}

// Newton's iteration for the polar factor (Higham, "Computing the polar decomposition", 1986). Of
// points in a plane, which leave it open, none.
Matrix3 nearest_rotation(Matrix3 m) {
  double size = 0;
  for (const double x : m) size += x * x;
  const double scale = size > 0 ? std::sqrt(3 / size) : 0;
  for (double& x : m) x *= scale;
  if (!(determinant(m) > 1e-9)) return {1, 0, 0, 0, 1, 0, 0, 0, 1};
  for (int step = 0; step < 60; ++step) {
    const Matrix3 other = contragredient(m);
    double change = 0;
    for (size_t i = 0; i < m.size(); ++i) {
      const double next = 0.5 * (m[i] + other[i]);
      change = std::max(change, std::abs(next - m[i]));
      m[i] = next;
    }
    if (change < 1e-12) break;
  }
  return m;
}

// Of `to` against `from`, both centred.
Matrix3 rotation_between(const HeadPoints& from, const HeadPoints& to) {
  Matrix3 covariance{};
  for (size_t p = 0; p < from.size(); ++p) {
    for (size_t i = 0; i < 3; ++i) {
      for (size_t j = 0; j < 3; ++j) covariance[3 * i + j] += to[p][i] * from[p][j];
    }
  }
  return nearest_rotation(covariance);
}

}  // namespace

std::vector<HeadAngles> poses_of(std::span<const HeadPoints> frames) {
  std::vector<HeadAngles> angles;
  if (frames.empty()) return angles;
  const size_t count = frames.front().size();
  FT_CHECK(count >= 4, "{} points", count);
  HeadPoints mean(count);
  for (const HeadPoints& frame : frames) {
    FT_CHECK(frame.size() == count, "{} points, then {}", count, frame.size());
    const HeadPoints points = centred(frame);
    for (size_t p = 0; p < count; ++p) {
      for (size_t i = 0; i < 3; ++i)
        mean[p][i] += points[p][i] / static_cast<double>(frames.size());
    }
  }
  for (const HeadPoints& frame : frames) {
    angles.push_back(angles_of(rotation_between(mean, centred(frame))));
  }
  return angles;
}

}  // namespace flowtalk::evaluate
