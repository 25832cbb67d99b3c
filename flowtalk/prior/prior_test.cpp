#include <gtest/gtest.h>

#include "flowtalk/base/rng.h"
#include "flowtalk/ops/native.h"
#include "flowtalk/params/native_params.h"
#include "flowtalk/prior/check_golden.h"
#include "flowtalk/prior/quantiser.h"

namespace flowtalk::prior {
namespace {

using ops::NativeOps;
using tensor::Tensor;

struct Priors : ::testing::Test {
  ThreadPool pool{2};
  NativeOps ops{pool};

  // Codes 0 .. N - 1, each of W equal values: its own index.
  Quantiser<NativeOps> counting(const QuantiserConfig& config, int64_t latent) {
    params::FreshParams fresh(1);
    Quantiser<NativeOps> made(params::Scope<NativeOps>(fresh), latent, config);
    made.table = Tensor({config.codes, config.width});
    for (int64_t i = 0; i < made.table.size(); ++i) {
      made.table[i] = static_cast<float>(i / config.width);
    }
    return made;
  }
};

TEST_F(Priors, NearestAndDrawnCodesByHand) {
  EXPECT_EQ(least_of_rows(std::vector<float>{3, 1, 1, 0, 2, -1}, 3), (std::vector<int64_t>{1, 2}));
  const std::vector<float> odds = {0.25f, 0.0f, 0.5f, 0.25f};
  for (const auto& [uniform, code] :
       {std::pair{0.0f, 0}, {0.2f, 0}, {0.25f, 2}, {0.74f, 2}, {0.75f, 3}, {0.9999f, 3}}) {
    EXPECT_EQ(drawn_from_rows(odds, 4, std::vector<float>{uniform})[0], code) << uniform;
  }
  // Probabilities that fall short of 1 by rounding: the last code that has a chance.
  const std::vector<float> low = {0.5f, 0.4999999f, 0.0f};
  EXPECT_EQ(drawn_from_rows(low, 3, std::vector<float>{0.99999997f})[0], 1);
  EXPECT_THROW(drawn_from_rows(low, 3, std::vector<float>{0.1f, 0.2f}), std::exception);
}

TEST_F(Priors, PerplexityCountsTheCodesInUse) {
  EXPECT_EQ(usage_of(std::vector<int64_t>{2, 0, 2}, 4), (std::vector<int64_t>{1, 0, 2, 0}));
  EXPECT_THROW(usage_of(std::vector<int64_t>{4}, 4), std::exception);
  EXPECT_NEAR(perplexity_of(std::vector<int64_t>{5, 5, 0, 5, 5}), 4, 1e-9);
  EXPECT_NEAR(perplexity_of(std::vector<int64_t>{9, 0}), 1, 1e-9);
  EXPECT_EQ(perplexity_of(std::vector<int64_t>{0, 0}), 0);
}

// Two frames of four channels in rows of two.
TEST_F(Priors, RowsLieWithinAFrameOrOverTime) {
  const Tensor z({1, 2, 4}, std::vector<float>{0, 0, 3, 3, 1, 1, 2, 2});
  const auto within = counting({.codes = 5, .width = 2, .rows = RowsOf::kFrame}, 4).nearest(ops, z);
  EXPECT_EQ(within.codes, (std::vector<int64_t>{0, 3, 1, 2}));
  EXPECT_EQ(ops.to_host(within.values), ops.to_host(z));
  const Tensor steady({1, 2, 4}, std::vector<float>{0, 4, 3, 1, 0, 4, 3, 1});
  const auto over =
      counting({.codes = 5, .width = 2, .rows = RowsOf::kTime}, 4).nearest(ops, steady);
  EXPECT_EQ(over.codes, (std::vector<int64_t>{0, 4, 3, 1}));
  EXPECT_EQ(ops.to_host(over.values), ops.to_host(steady));
}

// Rows of a frame are the same in any clip, and no row reaches from one clip into the next.
TEST_F(Priors, ClipsOfABatchAreQuantisedAlone) {
  Rng rng(4);
  Tensor z({3, 5, 8});
  for (float& v : z.values()) v = static_cast<float>(rng.normal(3, 3));
  for (const RowsOf rows : {RowsOf::kFrame, RowsOf::kTime}) {
    const auto quantiser = counting({.codes = 9, .width = 4, .rows = rows}, 8);
    std::vector<int64_t> apart;
    for (int64_t b = 0; b < 3; ++b) {
      const auto one = quantiser.nearest(ops, ops.slice(z, 0, b, b + 1));
      apart.insert(apart.end(), one.codes.begin(), one.codes.end());
    }
    EXPECT_EQ(quantiser.nearest(ops, z).codes, apart);
  }
}

TEST_F(Priors, ColdDrawsAreTheNearestCodes) {
  Rng rng(6);
  Tensor z({1, 40, 4});
  for (float& v : z.values()) v = static_cast<float>(rng.uniform(0, 8));
  const auto quantiser = counting({.codes = 9, .width = 2}, 4);
  const std::vector<float> uniforms(80, 0.5f);
  EXPECT_EQ(quantiser.sampled(ops, z, 1e-4f, uniforms).codes, quantiser.nearest(ops, z).codes);
  EXPECT_NE(quantiser.sampled(ops, z, 50, uniforms).codes, quantiser.nearest(ops, z).codes);
}

TEST_F(Priors, SizesThatDoNotFitAreRefused) {
  params::FreshParams fresh(1);
  const params::Scope<NativeOps> p(fresh);
  try {
    const Quantiser<NativeOps> made(p / "a", 32, {.codes = 4, .width = 5});
    FAIL() << "no error";
  } catch (const Error& e) {
    EXPECT_STREQ(e.what(),
                 "codes of 5 values: expected a width that divides the 32 latent channels");
  }
  EXPECT_THROW(SequenceVae<NativeOps>(p / "b", 32, {.heads = 5}), Error);
  RowsOf rows{};
  from_text("time", rows);
  EXPECT_EQ(text_of(rows), "time");
  EXPECT_THROW(from_text("tiem", rows), Error);
}

TEST_F(Priors, OfProbTalk3D) {
  FT_GOLDEN_FOLDER(folder, "probtalk3d");
  const Bounds bounds{.latents = 1e-4, .motion = 3e-4, .distances = 2e-3, .logits = 1e-2};
  check_vae_prior(ops, folder, bounds);
  check_vq_prior(ops, folder, bounds);
}

TEST_F(Priors, OfProbTalk3DsRelease) {
  FT_GOLDEN_FOLDER(folder, "lineage/probtalk3d_release");
  check_vq_release(ops, folder, {.latents = 2e-5, .motion = 1e-4, .distances = 1e-3, .logits = 0});
}

TEST_F(Priors, OfProbTalk3DsVaeRelease) {
  FT_GOLDEN_FOLDER(folder, "lineage/probtalk3d_vae_release");
  check_vae_release(ops, folder, {.latents = 3e-5, .motion = 2e-4, .distances = 0, .logits = 0});
}

}  // namespace
}  // namespace flowtalk::prior
