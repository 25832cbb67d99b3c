#include "flowtalk/flow/flow.h"

#include <gtest/gtest.h>

#include "flowtalk/flow/ar_base.h"
#include "flowtalk/flow/check_invertible.h"
#include "flowtalk/params/native_params.h"

namespace flowtalk::flow {
namespace {

using Ops = ops::NativeOps;

// Every parameter random, zero-initialised ones too, so that no step is the identity.
class RandomParams : public params::ParamSource<Ops> {
 public:
  tensor::Tensor tensor(const std::string& name, const tensor::Shape& shape,
                        const params::Init&) override {
    return random_tensor(shape, std::hash<std::string>{}(name), 0.15f);
  }
  tensor::Tensor buffer(const std::string& name, const tensor::Shape& shape,
                        const params::Init& init) override {
    return tensor(name, shape, init);
  }
};

struct FlowTest : ::testing::Test {
  ThreadPool pool{1};
  Ops ops{pool};
  RandomParams source;
  params::Scope<Ops> scope{source};
  FlowConfig config;
  void SetUp() override {
    config.steps = 3;
    config.hidden = 8;
    config.layers = 2;
    config.condition = 8;
  }
};

TEST_F(FlowTest, ActNorm) {
  const ActNorm<Ops> step(scope / "a", 4);
  check_invertible([&](const auto& x) { return step.forward(ops, x); },
                   [&](const auto& y) { return step.inverse(ops, y); },
                   random_tensor({1, 3, 4}, 1));
}

TEST_F(FlowTest, InvertibleMix) {
  const InvertibleMix<Ops> step(scope / "m", 6, 2);
  check_invertible([&](const auto& x) { return step.forward(ops, x); },
                   [&](const auto& y) { return step.inverse(ops, y); },
                   random_tensor({1, 2, 6}, 2));
}

TEST_F(FlowTest, AffineCoupling) {
  const AffineCoupling<Ops> step(scope / "c", 4, config);
  const auto c = random_tensor({1, 4, 8}, 3);
  check_invertible([&](const auto& x) { return step.forward(ops, x, c); },
                   [&](const auto& y) { return step.inverse(ops, y, c); },
                   random_tensor({1, 4, 4}, 4));
}

TEST_F(FlowTest, WholeFlow) {
  const Flow<Ops> flow(scope / "f", 3, config);
  const auto c = random_tensor({1, 3, 8}, 5);
  check_invertible([&](const auto& z) { return flow.forward(ops, z, c); },
                   [&](const auto& u) { return flow.inverse(ops, u, c); },
                   random_tensor({1, 6, 3}, 6));
}

TEST_F(FlowTest, InverseIsCausal) {
  const Flow<Ops> flow(scope / "f", 3, config);
  const auto c = random_tensor({1, 5, 8}, 5), u = random_tensor({1, 5, 6}, 7);
  const auto whole = flow.inverse(ops, u, c);
  const auto part = flow.inverse(ops, ops.slice(u, 1, 0, 3), ops.slice(c, 1, 0, 3));
  for (int64_t i = 0; i < part.size(); ++i) EXPECT_NEAR(part[i], whole[i], 1e-6);
}

TEST_F(FlowTest, BaseDensityIsThatOfTheGaussianChain) {
  const ArBase<Ops> base(scope / "b", 2);
  const BaseParameters<Ops> p{random_tensor({1, 4, 2}, 8), random_tensor({1, 4, 2}, 9, 0.3f)};
  const auto u = random_tensor({1, 4, 2}, 10);
  const auto log_prob = base.log_prob(ops, u, p);
  const auto rho = base.rho(ops);
  double expected = 0;  // per channel: a 4-dimensional Gaussian with covariance sd rho^|i-j| sd
  for (int64_t c = 0; c < 2; ++c) {
    Eigen::MatrixXd covariance(4, 4);
    Eigen::VectorXd d(4);
    for (int64_t i = 0; i < 4; ++i) {
      d(i) = u[i * 2 + c] - p.mean[i * 2 + c];
      for (int64_t j = 0; j < 4; ++j) {
        covariance(i, j) = std::exp(p.log_sd[i * 2 + c] + p.log_sd[j * 2 + c]) *
                           std::pow(rho[c], static_cast<double>(std::abs(i - j)));
      }
    }
    expected += -0.5 * d.dot(covariance.inverse() * d) - 0.5 * std::log(covariance.determinant()) -
                2.0 * std::log(2 * 3.14159265358979323846);
  }
  double sum = 0;
  for (const float v : log_prob.values()) sum += v;
  EXPECT_NEAR(sum, expected, 1e-4);
}

TEST_F(FlowTest, SamplesHaveUnitVarianceTheirCoefficientAndFollowTemperature) {
  const ArBase<Ops> base(scope / "b", 3);
  const auto rho = ops.to_host(base.rho(ops));
  constexpr int64_t kFrames = 20000;
  const auto r = base.draw(rho, 1, kFrames, {1, 0, 0.5f});
  for (size_t c = 0; c < 3; ++c) {
    double variance = 0, lag = 0;
    for (int64_t t = 1; t < kFrames; ++t) {
      const double now = r[static_cast<size_t>(t) * 3 + c],
                   before = r[static_cast<size_t>(t - 1) * 3 + c];
      variance += now * now / kFrames;
      lag += now * before / kFrames;
    }
    EXPECT_NEAR(variance, 0.25, 0.03);
    EXPECT_NEAR(lag / variance, rho[c], 0.03);
  }
  const auto longer = base.draw(rho, 1, 40, {1, 0, 0.5f}),
             shorter = base.draw(rho, 1, 10, {1, 0, 0.5f});
  for (size_t i = 0; i < shorter.size(); ++i) EXPECT_EQ(longer[i], shorter[i]);
}

}  // namespace
}  // namespace flowtalk::flow
