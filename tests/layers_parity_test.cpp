// Layers on both backends: the same numbers, and gradients against those of autograd.
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "flowtalk/base/rng.h"
#include "flowtalk/nn/gru.h"
#include "flowtalk/nn/sequence_block.h"
#include "flowtalk/ops/native.h"
#include "flowtalk/ops/torch/torch_ops.h"
#include "flowtalk/params/native_params.h"
#include "flowtalk/prior/quantiser.h"
#include "tests/random_values.h"

namespace flowtalk {
namespace {

using ops::NativeOps;
using ops::TorchOps;

struct LayersParity : ::testing::Test {
  ThreadPool pool{2};
  NativeOps native{pool};
  TorchOps torch_ops;

  // What a layer makes of fresh parameters and random values x: run(ops, scope, x) -> tensor.
  template <class Run>
  void expect_same(const tensor::Shape& shape, const Run& run, double bound) {
    const auto x = random_values(tensor::count(shape), 7);
    const auto values_of = [&](auto& ops) {
      params::FreshParams fresh(3);
      params::Converted source(fresh, ops);
      using Ops = std::remove_reference_t<decltype(ops)>;
      return ops.to_host(run(ops, params::Scope<Ops>(source), ops.constant(shape, x)));
    };
    EXPECT_LT(largest_difference(values_of(native), values_of(torch_ops)), bound);
  }
};

TEST_F(LayersParity, GruOfOneAndTwoLayers) {
  for (const int64_t layers : {1, 2}) {
    expect_same(
        {3, 25, 12},
        [&](auto& ops, auto scope, const auto& x) {
          using Ops = std::remove_reference_t<decltype(ops)>;
          return nn::Gru<Ops>(scope, {.in = 12, .hidden = 20, .layers = layers})(ops, x);
        },
        2e-6);
  }
}

TEST_F(LayersParity, SequenceNetwork) {
  expect_same(
      {2, 21, 16},
      [](auto& ops, auto scope, const auto& x) {
        using Ops = std::remove_reference_t<decltype(ops)>;
        const nn::SequenceSizes sizes{.width = 16, .blocks = 2, .heads = 4, .inner = 24};
        return nn::SequenceNetwork<Ops>(scope, sizes)(ops, x);
      },
      1e-5);
}

// Forward the code, backward as if it were the latents; the codes learn by their own values.
TEST_F(LayersParity, GradientPassesStraightThroughCodes) {
  params::FreshParams fresh(3);
  params::Converted source(fresh, torch_ops);
  const prior::QuantiserConfig config{.codes = 7, .width = 2};
  prior::Quantiser<TorchOps> quantiser(params::Scope<TorchOps>(source), 6, config);
  quantiser.table.set_requires_grad(true);
  torch::manual_seed(2);
  const torch::Tensor z = torch::randn({2, 5, 6}).requires_grad_(true);
  const auto nearest = quantiser.nearest(torch_ops, z);
  const torch::Tensor through = prior::straight_through(torch_ops, z, nearest.values);
  EXPECT_TRUE(torch::allclose(through, nearest.values, 0, 1e-6));
  const torch::Tensor wanted = torch::randn({2, 5, 6});
  (through * wanted).sum().backward();
  EXPECT_TRUE(torch::equal(z.grad(), wanted));
  EXPECT_FALSE(quantiser.table.grad().defined());
  nearest.values.sum().backward();
  const auto usage = prior::usage_of(nearest.codes, config.codes);
  const torch::Tensor counts = torch::tensor(std::vector<int64_t>(usage)).to(torch::kFloat32);
  EXPECT_TRUE(torch::equal(quantiser.table.grad(), counts.unsqueeze(1).expand({7, 2})));
}

torch::Tensor leaf(const torch::Tensor& x) { return x.clone().requires_grad_(true); }

// Frame after frame, so that autograd derives the gradient.
torch::Tensor composed_gru(const torch::Tensor& gates, const torch::Tensor& weight,
                           const torch::Tensor& bias) {
  torch::Tensor h = torch::zeros({gates.size(0), weight.size(1)}, gates.options());
  std::vector<torch::Tensor> states;
  for (int64_t t = 0; t < gates.size(1); ++t) {
    const auto said = gates.select(1, t).chunk(3, 1),
               own = torch::linear(h, weight, bias).chunk(3, 1);
    const auto reset = torch::sigmoid(said[0] + own[0]), update = torch::sigmoid(said[1] + own[1]);
    const auto candidate = torch::tanh(said[2] + reset * own[2]);
    h = candidate + update * (h - candidate);
    states.push_back(h);
  }
  return torch::stack(states, 1);
}

TEST_F(LayersParity, GradientOfTheRecurrenceIsThatOfItsSteps) {
  torch::manual_seed(3);
  for (const auto& [clips, frames, units] : {std::tuple{1, 1, 4}, {3, 17, 6}, {2, 40, 16}}) {
    const std::vector<torch::Tensor> start = {torch::randn({clips, frames, 3 * units}),
                                              torch::randn({3 * units, units}) * 0.3,
                                              torch::randn({3 * units})};
    const torch::Tensor wanted = torch::randn({clips, frames, units});
    const auto gradients = [&](const auto& gru) {
      std::vector<torch::Tensor> leaves;
      for (const auto& x : start) leaves.push_back(leaf(x));
      const torch::Tensor y = gru(leaves[0], leaves[1], leaves[2]);
      (y * wanted).sum().backward();
      std::vector<torch::Tensor> all = {y.detach()};
      for (const auto& x : leaves) all.push_back(x.grad());
      return all;
    };
    const auto fused = gradients(
        [&](const auto& g, const auto& w, const auto& b) { return torch_ops.gru(g, w, b); });
    const auto expected = gradients(composed_gru);
    for (size_t i = 0; i < expected.size(); ++i) {
      EXPECT_TRUE(torch::allclose(fused[i], expected[i], 1e-4, 1e-5)) << frames << ", " << i;
    }
  }
}

}  // namespace
}  // namespace flowtalk
