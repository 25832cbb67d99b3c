#include "flowtalk/arkit/bounded_squares.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "flowtalk/arkit/golden_exports.h"
#include "flowtalk/base/rng.h"

namespace flowtalk::arkit {
namespace {

double value_at(const BoundedSquares& p, const std::vector<double>& x) {
  double value = 0;
  for (size_t i = 0; i < x.size(); ++i) {
    value -= p.b[i] * x[i];
    for (size_t j = 0; j < x.size(); ++j) value += 0.5 * p.q[i * x.size() + j] * x[i] * x[j];
  }
  return value;
}

TEST(BoundedSquares, GoldenProblemsHaveTheirSolutions) {
  const Json golden = golden_json("bounded_ls.json");
  if (golden.empty()) GTEST_SKIP() << "skipped: no golden data";
  ASSERT_GE(golden["cases"].size(), 4u);
  for (const Json& c : golden["cases"]) {
    BoundedSquares p;
    for (const Json& row : c["Q"]) {
      for (const Json& value : row) p.q.push_back(value.get<double>());
    }
    p.b = c["b"].get<std::vector<double>>();
    p.upper.assign(p.b.size(), 1);
    std::vector<double> x(p.b.size(), 0.7);
    minimise(p, x, 1e-9);
    const auto want = c["x"].get<std::vector<double>>();
    for (size_t i = 0; i < x.size(); ++i) EXPECT_NEAR(x[i], want[i], 1e-6) << c.dump();
  }
}

TEST(BoundedSquares, NoPointOfAGridIsBetter) {
  Rng rng(7);
  for (int round = 0; round < 40; ++round) {
    constexpr size_t kN = 3;
    std::array<double, kN * kN> a{};
    for (double& v : a) v = 2 * rng.uniform() - 1;
    BoundedSquares p{std::vector<double>(kN * kN), std::vector<double>(kN), {1, 0.6, 1}};
    for (size_t i = 0; i < kN; ++i) {
      p.b[i] = 2 * rng.uniform() - 1;
      for (size_t j = 0; j < kN; ++j) {
        for (size_t k = 0; k < kN; ++k) p.q[i * kN + j] += a[k * kN + i] * a[k * kN + j];
      }
      p.q[i * kN + i] += 0.05;
    }
    std::vector<double> x(kN, 0);
    EXPECT_LT(minimise(p, x, 1e-9), 2000);
    const double best = value_at(p, x);
    constexpr int kSteps = 20;
    std::vector<double> y(kN);
    for (int i = 0; i <= kSteps; ++i) {
      for (int j = 0; j <= kSteps; ++j) {
        for (int k = 0; k <= kSteps; ++k) {
          y = {i * p.upper[0] / kSteps, j * p.upper[1] / kSteps, k * p.upper[2] / kSteps};
          ASSERT_GE(value_at(p, y), best - 1e-9);
        }
      }
    }
    for (size_t i = 0; i < kN; ++i) {
      EXPECT_GE(x[i], 0);
      EXPECT_LE(x[i], p.upper[i]);
    }
  }
}

TEST(BoundedSquares, AnUnknownWithoutRoomRests) {
  const BoundedSquares p{{2, 1, 1, 2}, {3, 3}, {0, 1}};
  std::vector<double> x{0.5, 0.5};
  minimise(p, x);
  EXPECT_EQ(x[0], 0);
  EXPECT_EQ(x[1], 1);
}

}  // namespace
}  // namespace flowtalk::arkit
