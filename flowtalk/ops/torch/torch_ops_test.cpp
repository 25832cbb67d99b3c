// What libtorch's backend adds to the vocabulary: products in fewer bits, constants that are kept.
#include "flowtalk/ops/torch/torch_ops.h"

#include <gtest/gtest.h>
#include <torch/utils.h>

namespace flowtalk::ops {
namespace {

struct RoundedProducts : ::testing::Test {
  RoundedProducts() {
    torch::manual_seed(1);
    x = torch::randn({2, 9, 16});
    w = torch::randn({8, 16}) * 0.25;
    kernel = torch::randn({8, 16, 3}) * 0.25;
    bias = torch::randn({8});
    rounded.set_products(torch::kBFloat16);
    rounded.set_training(true);
  }
  // A rounding of 2^-9 to each factor, over sums of about size one.
  static void expect_rounded(const torch::Tensor& got, const torch::Tensor& exact) {
    EXPECT_EQ(got.scalar_type(), torch::kFloat32);
    EXPECT_FALSE(torch::equal(got, exact));
    EXPECT_LT((got - exact).abs().max().item<float>(), 0.05f);
  }

  torch::Tensor x, w, kernel, bias;
  TorchOps exact, rounded;
};

TEST_F(RoundedProducts, AreThoseOfLayers) {
  const ConvOptions options{.left = 1, .right = 1};
  expect_rounded(rounded.linear(x, w, bias), exact.linear(x, w, bias));
  expect_rounded(rounded.conv1d(x, kernel, bias, options), exact.conv1d(x, kernel, bias, options));
}

TEST_F(RoundedProducts, NotOfChangesOfVariablesNorWhileNotTraining) {
  EXPECT_TRUE(torch::equal(rounded.linear(x, w), exact.linear(x, w)));
  EXPECT_TRUE(torch::equal(rounded.matmul(x, w.t()), exact.matmul(x, w.t())));
  rounded.set_training(false);
  EXPECT_TRUE(torch::equal(rounded.linear(x, w, bias), exact.linear(x, w, bias)));
}

TEST_F(RoundedProducts, GradientsAreFloat32) {
  const torch::Tensor weight = w.clone().requires_grad_(true);
  rounded.linear(x, weight, bias).pow(2).sum().backward();
  const torch::Tensor other = w.clone().requires_grad_(true);
  exact.linear(x, other, bias).pow(2).sum().backward();
  EXPECT_EQ(weight.grad().scalar_type(), torch::kFloat32);
  EXPECT_LT((weight.grad() - other.grad()).norm().item<float>(),
            0.01f * other.grad().norm().item<float>());
}

TEST(Constants, SameValuesAreOneTensor) {
  const TorchOps ops;
  const std::vector<float> values = {1, 2, 3, 4};
  const auto a = ops.constant({2, 2}, values), b = ops.constant({2, 2}, values),
             c = ops.constant({4}, values);
  EXPECT_EQ(a.data_ptr(), b.data_ptr());
  EXPECT_NE(a.data_ptr(), c.data_ptr());
  EXPECT_EQ(c.sizes(), torch::IntArrayRef({4}));
  for (int i = 0; i < 200; ++i) ops.constant({1}, std::vector<float>{static_cast<float>(i)});
  EXPECT_TRUE(torch::equal(ops.constant({2, 2}, values), a));  // forgotten and made anew
  const std::vector<float> many(1 << 15, 0.5f);
  EXPECT_NE(ops.constant({1 << 15}, many).data_ptr(), ops.constant({1 << 15}, many).data_ptr());
}

TEST(Inverse, IsExactToFloat32) {
  torch::manual_seed(2);
  const torch::Tensor x = torch::randn({12, 12});
  const torch::Tensor product = torch::matmul(TorchOps().inverse(x), x);
  EXPECT_LT((product - torch::eye(12)).abs().max().item<float>(), 1e-4f);
}

}  // namespace
}  // namespace flowtalk::ops
