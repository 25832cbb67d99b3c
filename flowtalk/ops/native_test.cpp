// Element-wise ops, norms and layout of NativeOps against their definitions.
#include "flowtalk/ops/native.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>

#include "flowtalk/base/rng.h"
#include "flowtalk/ops/reference.h"

namespace flowtalk::ops {
namespace {

using tensor::Tensor;

Tensor random_tensor(const Shape& shape, uint64_t seed, double spread = 1) {
  Rng rng(seed);
  Tensor x(shape);
  for (float& v : x.values()) v = static_cast<float>(rng.normal(0, spread));
  return x;
}

class NativeOpsTest : public ::testing::Test {
 protected:
  ThreadPool pool_{2};
  NativeOps ops_{pool_};
};

TEST_F(NativeOpsTest, BroadcastsAsNumpy) {
  const std::vector<std::pair<Shape, Shape>> cases = {{{4, 5}, {4, 5}},
                                                      {{2, 7, 9}, {9}},
                                                      {{2, 7, 9}, {2, 1, 9}},
                                                      {{2, 7, 9}, {1}},
                                                      {{2, 7, 9}, {}},
                                                      {{2, 7, 1}, {2, 7, 9}},
                                                      {{3, 1, 4}, {5, 1}},
                                                      {{1, 6}, {6, 1}},
                                                      {{2, 3, 4, 5}, {3, 1, 5}},
                                                      {{}, {}},
                                                      {{0, 3}, {3}},
                                                      {{2, 300, 200}, {2, 1, 200}},
                                                      {{300, 1}, {1, 400}},
                                                      {{1, 1, 70000}, {1}}};
  uint64_t seed = 0;
  for (const auto& [shape_a, shape_b] : cases) {
    const Tensor x = random_tensor(shape_a, ++seed), y = random_tensor(shape_b, ++seed);
    for (const auto& [a, b] : {std::pair{x, y}, std::pair{y, x}}) {
      const std::vector<std::pair<Tensor, Tensor>> results = {
          {ops_.add(a, b), reference::binary(a, b, std::plus<double>())},
          {ops_.sub(a, b), reference::binary(a, b, std::minus<double>())},
          {ops_.mul(a, b), reference::binary(a, b, std::multiplies<double>())},
          {ops_.div(a, b), reference::binary(a, b, std::divides<double>())}};
      for (const auto& [got, expected] : results) {
        ASSERT_EQ(got.shape(), expected.shape());
        for (int64_t i = 0; i < got.size(); ++i) ASSERT_FLOAT_EQ(got[i], expected[i]);
      }
    }
  }
  EXPECT_THROW(ops_.add(Tensor({2, 3}), Tensor({2})), std::exception);
}

// The largest error over a dense grid of [-100, 100], relative where the value exceeds 1.
double grid_error(const std::function<Tensor(const Tensor&)>& f,
                  const std::function<double(double)>& exact, double lo, double hi) {
  constexpr int64_t kPoints = 200'001;
  Tensor x({kPoints});
  for (int64_t i = 0; i < kPoints; ++i) {
    x[i] = static_cast<float>(lo + (hi - lo) * static_cast<double>(i) / (kPoints - 1));
  }
  const Tensor y = f(x);
  double worst = 0;
  for (int64_t i = 0; i < kPoints; ++i) {
    const double want = exact(static_cast<double>(x[i]));
    worst =
        std::max(worst, std::abs(static_cast<double>(y[i]) - want) / std::max(1.0, std::abs(want)));
  }
  return worst;
}

TEST_F(NativeOpsTest, FunctionsFollowTheirDefinitions) {
  const auto error = [](const auto& f, const auto& exact, double lo, double hi) {
    return std::max(grid_error(f, exact, lo, hi), grid_error(f, exact, lo / 50, hi / 50));
  };
  const auto exp = [](double x) { return std::exp(x); };
  const auto tanh = [](double x) { return std::tanh(x); };
  EXPECT_LT(error([&](const Tensor& x) { return ops_.exp(x); }, exp, -80, 80), 3e-7);
  EXPECT_LT(error([&](const Tensor& x) { return ops_.tanh(x); }, tanh, -50, 50), 3e-7);
  EXPECT_LT(error([&](const Tensor& x) { return ops_.sigmoid(x); }, reference::sigmoid, -90, 90),
            3e-7);
  EXPECT_LT(error([&](const Tensor& x) { return ops_.softplus(x); }, reference::softplus, -90, 90),
            3e-7);
  EXPECT_LT(error([&](const Tensor& x) { return ops_.gelu(x); }, reference::gelu, -50, 50), 4e-7);
  EXPECT_LT(error([&](const Tensor& x) { return ops_.log(ops_.exp(x)); },
                  [](double x) { return x; }, -50, 50),
            5e-7);
}

TEST_F(NativeOpsTest, FunctionsAtTheEdges) {
  constexpr float kInf = std::numeric_limits<float>::infinity();
  const Tensor x({6}, std::vector<float>{-kInf, kInf, std::nanf(""), 0, 88.7f, 100});
  const Tensor e = ops_.exp(x);
  EXPECT_EQ(e[0], 0);
  EXPECT_EQ(e[1], kInf);
  EXPECT_TRUE(std::isnan(e[2]));
  EXPECT_EQ(e[3], 1);
  EXPECT_NEAR(e[4] / 3.3256e38f, 1, 1e-3);
  EXPECT_EQ(e[5], kInf);
  EXPECT_TRUE(std::isnan(ops_.tanh(x)[2]));
  EXPECT_TRUE(std::isnan(ops_.gelu(x)[2]));
  EXPECT_TRUE(std::isnan(ops_.clamp(x, -1, 1)[2]));
  EXPECT_EQ(ops_.tanh(x)[0], -1);
  EXPECT_EQ(ops_.sigmoid(x)[0], 0);
  EXPECT_EQ(ops_.sigmoid(x)[1], 1);
  EXPECT_EQ(ops_.clamp(x, -1, 2)[0], -1);
  EXPECT_EQ(ops_.clamp(x, -1, 2)[5], 2);
}

TEST_F(NativeOpsTest, ScalarsAndSlopes) {
  const Tensor x = random_tensor({3, 50}, 1);
  const Tensor scaled = ops_.scale(x, -2.5f), moved = ops_.offset(x, 1.5f);
  const Tensor leaky = ops_.leaky_relu(x, 0.2f);
  for (int64_t i = 0; i < x.size(); ++i) {
    EXPECT_EQ(scaled[i], x[i] * -2.5f);
    EXPECT_EQ(moved[i], x[i] + 1.5f);
    EXPECT_EQ(leaky[i], x[i] < 0 ? x[i] * 0.2f : x[i]);
  }
}

TEST_F(NativeOpsTest, SoftmaxIsADistribution) {
  for (const int64_t n : {1, 5, 16, 33, 1000}) {
    const Tensor x = random_tensor({7, n}, 1, 5), y = ops_.softmax_last(x);
    const Tensor shifted = ops_.softmax_last(ops_.offset(x, 3));
    const Tensor sums = ops_.sum_last(y);
    ASSERT_EQ(sums.shape(), (Shape{7}));
    for (int64_t row = 0; row < 7; ++row) {
      EXPECT_NEAR(sums[row], 1, 1e-5);
      for (int64_t i = 1; i < n; ++i) {  // ratios are those of the exponentials
        const int64_t at = row * n + i;
        EXPECT_NEAR(y[at] * std::exp(x[row * n] - x[at]), y[row * n], 1e-5);
        EXPECT_NEAR(y[at], shifted[at], 1e-5);
      }
    }
  }
  const float inf = std::numeric_limits<float>::infinity();
  const Tensor masked = ops_.softmax_last(Tensor({2, 2}, std::vector<float>{0, -inf, -inf, -inf}));
  EXPECT_EQ(ops_.to_host(masked), (std::vector<float>{1, 0, 0, 0}));
}

TEST_F(NativeOpsTest, NormsHaveZeroMeanAndUnitVariance) {
  for (const int64_t n : {3, 16, 53, 768}) {
    const Tensor x = ops_.offset(random_tensor({2, 40, n}, 1, 3), 10);
    const Tensor one = Tensor::full({n}, 1), zero = Tensor::zeros({n});
    const Tensor gain = random_tensor({n}, 2), bias = random_tensor({n}, 3);
    for (const bool over_time : {false, true}) {
      const auto norm = [&](const Tensor& g, const Tensor& b) {
        return over_time ? ops_.time_norm(x, g, b, 1e-5f) : ops_.layer_norm(x, g, b, 1e-5f);
      };
      const Tensor y = norm(one, zero), affine = norm(gain, bias);
      for (int64_t i = 0; i < y.size(); ++i) {
        ASSERT_NEAR(affine[i], y[i] * gain[i % n] + bias[i % n], 1e-4);
      }
      const Tensor rows = over_time ? ops_.transpose(y, 1, 2) : y;
      const auto size = static_cast<float>(rows.dim(-1));
      const Tensor sums = ops_.sum_last(rows), squares = ops_.sum_last(ops_.mul(rows, rows));
      for (int64_t i = 0; i < sums.size(); ++i) {
        ASSERT_NEAR(sums[i] / size, 0, 1e-5);
        ASSERT_NEAR(squares[i] / size, 1, 1e-3);
      }
    }
  }
}

TEST_F(NativeOpsTest, TransposeSwapsTwoAxes) {
  const Tensor x = random_tensor({3, 4, 5, 6}, 1);
  for (int64_t a = 0; a < 4; ++a) {
    for (int64_t b = 0; b < 4; ++b) {
      const Tensor y = ops_.transpose(x, a, b - 4);
      std::array<int64_t, 4> i{};
      for (i[0] = 0; i[0] < 3; ++i[0]) {
        for (i[1] = 0; i[1] < 4; ++i[1]) {
          for (i[2] = 0; i[2] < 5; ++i[2]) {
            for (i[3] = 0; i[3] < 6; ++i[3]) {
              auto j = i;
              std::swap(j[static_cast<size_t>(a)], j[static_cast<size_t>(b)]);
              const int64_t to = ((j[0] * y.dim(1) + j[1]) * y.dim(2) + j[2]) * y.dim(3) + j[3];
              ASSERT_EQ(y[to], x[((i[0] * 4 + i[1]) * 5 + i[2]) * 6 + i[3]]) << a << b;
            }
          }
        }
      }
    }
  }
}

TEST_F(NativeOpsTest, ConcatUndoesSlice) {
  const Tensor x = random_tensor({3, 8, 5}, 1);
  for (int64_t axis = -3; axis < 3; ++axis) {
    const int64_t size = x.dim(axis);
    for (int64_t cut = 0; cut <= size; ++cut) {
      const Tensor y =
          ops_.concat({ops_.slice(x, axis, 0, cut), ops_.slice(x, axis, cut, size)}, axis);
      ASSERT_EQ(y.shape(), x.shape());
      EXPECT_EQ(ops_.to_host(y), ops_.to_host(x));
    }
  }
  const Tensor middle = ops_.slice(x, 1, 2, 4);
  EXPECT_EQ(middle.shape(), (Shape{3, 2, 5}));
  EXPECT_EQ(middle[0], x[10]);
  EXPECT_THROW(ops_.slice(x, 1, 2, 9), std::exception);
  EXPECT_THROW(ops_.concat({x, middle}, 0), std::exception);
}

TEST_F(NativeOpsTest, RowsPicksAndRepeats) {
  const Tensor x = random_tensor({4, 3}, 1);
  const std::vector<int64_t> picks = {2, 0, 2};
  const Tensor y = ops_.rows(x, picks);
  ASSERT_EQ(y.shape(), (Shape{3, 3}));
  for (int64_t i = 0; i < 3; ++i) {
    EXPECT_EQ(y[i], x[6 + i]);
    EXPECT_EQ(y[3 + i], x[i]);
    EXPECT_EQ(y[6 + i], x[6 + i]);
  }
  const std::vector<int64_t> beyond = {4};
  EXPECT_THROW(ops_.rows(x, beyond), std::exception);
}

}  // namespace
}  // namespace flowtalk::ops
