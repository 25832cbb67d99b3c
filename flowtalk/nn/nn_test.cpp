#include <gtest/gtest.h>

#include <cmath>

#include "flowtalk/base/rng.h"
#include "flowtalk/nn/check_golden.h"
#include "flowtalk/nn/sequence_block.h"
#include "flowtalk/ops/native.h"
#include "flowtalk/ops/reference.h"
#include "flowtalk/params/native_params.h"

namespace flowtalk::nn {
namespace {

using ops::NativeOps;
using tensor::Tensor;

struct Layers : ::testing::Test {
  ThreadPool pool{2};
  NativeOps ops{pool};
  params::FreshParams fresh{5};
  params::Scope<NativeOps> scope{fresh};

  Tensor random(const tensor::Shape& shape) const {
    Rng rng(1);
    Tensor x(shape);
    for (float& v : x.values()) v = static_cast<float>(rng.normal());
    return x;
  }
};

TEST_F(Layers, AttentionIsScaledByItsHeadsUnlessToldOtherwise) {
  const Tensor x = random({2, 9, 24});
  const params::Scope<NativeOps> p = scope / "usual";
  const Attention<NativeOps> usual(p, 24, 4);
  Attention<NativeOps> told = usual;
  EXPECT_EQ(usual.scale, 1.0f / std::sqrt(6.0f));
  told.scale = 1.0f / std::sqrt(24.0f);
  EXPECT_NE(ops.to_host(usual(ops, x)), ops.to_host(told(ops, x)));
  const size_t before = fresh.tensors().size();
  const Attention<NativeOps> bare(scope / "bare", 24, 4,
                                  {.scale = 0.25f, .projections = Bias::kNo});
  EXPECT_EQ(bare.scale, 0.25f);
  EXPECT_EQ(fresh.tensors().size() - before, 5u);  // four weights, the bias of the output
}

TEST_F(Layers, GeluByTanhFollowsItsFormula) {
  Tensor x({2001});
  for (int64_t i = 0; i < x.size(); ++i) x[i] = 0.01f * static_cast<float>(i - 1000);
  const Tensor y = gelu_tanh(ops, x);
  for (int64_t i = 0; i < x.size(); ++i) {
    const auto v = static_cast<double>(x[i]);
    const double u = std::sqrt(2 / std::numbers::pi) * (v + 0.044715 * v * v * v);
    ASSERT_NEAR(y[i], 0.5 * v * (1 + std::tanh(u)), 2e-6) << v;
  }
}

TEST_F(Layers, SinusoidsFollowTheirFormula) {
  const auto table = sinusoids(300, 10);
  for (size_t t = 0; t < 300; ++t) {
    for (size_t i = 0; i < 10; ++i) {
      const double angle = static_cast<double>(t) * std::pow(1e4, -static_cast<double>(i / 2) / 5);
      ASSERT_NEAR(table[t * 10 + i], i % 2 == 0 ? std::sin(angle) : std::cos(angle), 5e-5);
    }
  }
  EXPECT_THROW(sinusoids(3, 5), std::exception);
}

TEST_F(Layers, SquashRepeatsTheEdgesAndStandardisesChannels) {
  const Squash<NativeOps> squash(scope, 6);
  const Tensor x = random({2, 11, 6}), y = squash(ops, x);
  Tensor padded({2, 15, 6});
  for (int64_t b = 0; b < 2; ++b) {
    for (int64_t t = 0; t < 15; ++t) {
      const int64_t from = std::clamp<int64_t>(t - 2, 0, 10);
      for (int64_t c = 0; c < 6; ++c) padded[(b * 15 + t) * 6 + c] = x[(b * 11 + from) * 6 + c];
    }
  }
  const Tensor z =
      ops::reference::conv1d(padded, squash.conv.weight, squash.conv.bias, ops::ConvOptions());
  for (int64_t b = 0; b < 2; ++b) {
    for (int64_t c = 0; c < 6; ++c) {
      const auto leaky = [&](int64_t t) {
        const auto v = static_cast<double>(z[(b * 11 + t) * 6 + c]);
        return v < 0 ? 0.2 * v : v;
      };
      double mean = 0, variance = 0;
      for (int64_t t = 0; t < 11; ++t) mean += leaky(t) / 11;
      for (int64_t t = 0; t < 11; ++t) variance += (leaky(t) - mean) * (leaky(t) - mean) / 11;
      for (int64_t t = 0; t < 11; ++t) {
        ASSERT_NEAR(y[(b * 11 + t) * 6 + c], (leaky(t) - mean) / std::sqrt(variance + 1e-5), 1e-5);
      }
    }
  }
  EXPECT_EQ(squash(ops, random({1, 1, 6})).shape(), (tensor::Shape{1, 1, 6}));
}

TEST_F(Layers, GruInFaceXHubert) {
  FT_GOLDEN_FOLDER(folder, "lineage/face_xhubert");
  check_face_xhubert(ops, folder, 5e-6);
}

TEST_F(Layers, SequenceNetworkInProbTalk3D) {
  FT_GOLDEN_FOLDER(folder, "probtalk3d");
  check_sequence_network(ops, folder, 2e-5);
}

}  // namespace
}  // namespace flowtalk::nn
