// Rotations in the forms of files.
#include "flowtalk/motion/rotations.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <vector>

namespace flowtalk::motion {
namespace {

using tensor::Tensor;

// Rodrigues' formula, row-major.
std::array<double, 9> matrix_of(const std::array<double, 3>& v) {
  const double angle = std::sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]);
  if (angle == 0) return {1, 0, 0, 0, 1, 0, 0, 0, 1};
  const double x = v[0] / angle, y = v[1] / angle, z = v[2] / angle;
  const double s = std::sin(angle), c = std::cos(angle), k = 1 - c;
  return {c + x * x * k,     x * y * k - z * s, x * z * k + y * s, y * x * k + z * s, c + y * y * k,
          y * z * k - x * s, z * x * k - y * s, z * y * k + x * s, c + z * z * k};
}

const std::vector<std::array<double, 3>> kTurns = {
    {0, 0, 0}, {0.3, 0, 0}, {0.2, -0.4, 0.1}, {1e-5, 0, 0}, {-0.7, 0.2, 0.5}};

void expect_near(const std::array<float, 3>& got, const std::array<double, 3>& wanted) {
  for (size_t i = 0; i < 3; ++i) EXPECT_NEAR(got[i], wanted[i], 1e-5);
}

TEST(Rotations, MatricesGiveTheirAxisAndAngle) {
  for (const auto& turn : kTurns) expect_near(axis_angle(matrix_of(turn)), turn);
  const double half = std::numbers::pi - 1e-3;  // about each axis, nearly half a turn
  for (size_t axis = 0; axis < 3; ++axis) {
    std::array<double, 3> turn{};
    turn[axis] = half;
    expect_near(axis_angle(matrix_of(turn)), turn);
  }
  Tensor rows({static_cast<int64_t>(kTurns.size()), 9});
  for (size_t i = 0; i < kTurns.size(); ++i) {
    const auto m = matrix_of(kTurns[i]);
    for (size_t k = 0; k < 9; ++k) rows[static_cast<int64_t>(9 * i + k)] = static_cast<float>(m[k]);
  }
  const auto turned = from_matrices(rows);
  ASSERT_TRUE(turned);
  EXPECT_NEAR((*turned)[3], 0.3, 1e-5);
  rows[0] = 1.5f;
  EXPECT_FALSE(from_matrices(rows));
  EXPECT_FALSE(from_matrices(Tensor::zeros({2, 9})));
}

TEST(Rotations, SixNumbersAreRowsOrColumns) {
  const auto n = static_cast<int64_t>(kTurns.size());
  for (const bool as_rows : {true, false}) {
    Tensor six({n, 6});
    for (int64_t i = 0; i < n; ++i) {
      const auto m = matrix_of(kTurns[static_cast<size_t>(i)]);
      for (size_t k = 0; k < 6; ++k) {
        const size_t from = as_rows ? k : 3 * (k / 2) + k % 2;
        six[6 * i + static_cast<int64_t>(k)] = static_cast<float>(1.1 * m[from]);
      }
    }
    const auto turned = from_six(six);
    ASSERT_TRUE(turned) << as_rows;
    for (int64_t i = 0; i < n; ++i) {
      expect_near({(*turned)[3 * i], (*turned)[3 * i + 1], (*turned)[3 * i + 2]},
                  kTurns[static_cast<size_t>(i)]);
    }
  }
  EXPECT_FALSE(from_six(Tensor::zeros({3, 6})));       // axis-angle of two joints at rest
  EXPECT_FALSE(from_six(Tensor::full({3, 6}, 0.3f)));  // no axes
  EXPECT_FALSE(from_six(                               // half a turn: neither is certain
      Tensor({1, 6}, std::vector<float>{1, 0, 0, 0, -1, 0})));
}

}  // namespace
}  // namespace flowtalk::motion
