// What every family of the table must keep, and what its row promises.
#include "flowtalk/generate/families.h"

#include <gmock/gmock.h>

#include <functional>
#include <numbers>

#include "flowtalk/base/error.h"
#include "flowtalk/base/words.h"
#include "flowtalk/flow/check_invertible.h"
#include "flowtalk/generate/any.h"

namespace flowtalk::generate {

void PrintTo(const Family& family, std::ostream* out) { *out << family.name; }

namespace {

using Ops = ops::NativeOps;
using flow::random_tensor;
using tensor::Tensor;

constexpr int64_t kCondition = 8, kLatent = 3;

// Every parameter random, zero-initialised ones too.
class RandomParams : public params::ParamSource<Ops> {
 public:
  Tensor tensor(const std::string& name, const tensor::Shape& shape, const params::Init&) override {
    return random_tensor(shape, std::hash<std::string>{}(name), 0.15f);
  }
  Tensor buffer(const std::string& name, const tensor::Shape& shape,
                const params::Init& init) override {
    return tensor(name, shape, init);
  }
};

GeneratorConfig tiny(Kind kind) {
  GeneratorConfig config;
  config.kind = kind;
  config.flow.steps = 2;
  config.flow.hidden = 8;
  config.flow.layers = 1;
  config.flow.condition = 8;
  config.flow.shift = true;
  config.diffusion = {20, 10, 8, 2};
  config.vq.network.hidden = 8;
  config.regression.network.hidden = 8;
  return config;
}

struct Families : ::testing::TestWithParam<Family> {
  RandomParams source;
  const prior::Quantiser<Ops> quantiser{
      params::Scope<Ops>(source) / "prior", kLatent, {.codes = 7, .width = 1}};
  AnyGenerator<Ops> generator =
      make_generator<Ops>(params::Scope<Ops>(source) / "generator",
                          {kCondition, kLatent, quantiser}, tiny(GetParam().kind));
  ThreadPool one{1}, three{3};

  // Latents of one clip of `frames` frames, (N, T, 3).
  Tensor sample(ThreadPool& pool, int64_t frames, const std::vector<NoiseAddress>& noises) {
    Ops ops(pool);
    const Condition<Ops> c{random_tensor({1, frames, kCondition}, 4)};
    return std::visit(
        [&](const auto& g) { return g.sample(ops, g.prepare(ops, c), {noises}).values; },
        generator);
  }
};

std::string first_prior(const Family& family) { return words_of(family.priors).front(); }

std::vector<float> values_of(const Tensor& x) { return {x.values().begin(), x.values().end()}; }

TEST_P(Families, IsChosenByItsName) {
  Kind kind{};
  from_text(std::string(GetParam().name), kind);
  EXPECT_EQ(kind, GetParam().kind);
  EXPECT_EQ(text_of(kind), GetParam().name);
  EXPECT_EQ(family_of(generator).name, GetParam().name);
  EXPECT_FALSE(GetParam().summary.empty());
}

TEST_P(Families, SampleIsFiniteAndAsLongAsTheCondition) {
  for (const int64_t frames : {2, 10, 50}) {
    const Tensor z = sample(one, frames, {{1, 0, 0.5f}, {2, 0, 0.5f}, {2, 0, 0}});
    EXPECT_EQ(z.shape(), (tensor::Shape{3, frames, kLatent}));
    for (const float v : z.values()) EXPECT_TRUE(std::isfinite(v));
  }
}

TEST_P(Families, SampleFollowsSeedAndTakeAndNotThreads) {
  const std::vector<NoiseAddress> noises = {{7, 2, 0.4f}, {8, 2, 0.4f}, {7, 3, 0.4f}};
  const auto a = values_of(sample(one, 12, noises)), b = values_of(sample(three, 12, noises));
  EXPECT_EQ(a, b);
  const auto alone = values_of(sample(three, 12, {noises[1]}));
  const size_t size = alone.size();
  EXPECT_TRUE(std::equal(alone.begin(), alone.end(), a.begin() + static_cast<ptrdiff_t>(size)));
  const bool differ = !std::equal(a.begin(), a.begin() + static_cast<ptrdiff_t>(size),
                                  a.begin() + static_cast<ptrdiff_t>(size)) &&
                      !std::equal(a.begin(), a.begin() + static_cast<ptrdiff_t>(size),
                                  a.begin() + static_cast<ptrdiff_t>(2 * size));
  EXPECT_EQ(differ, draws_chance(GetParam(), first_prior(GetParam())));
}

TEST_P(Families, TemperatureHasARangeWhereThereIsChance) {
  const Temperature& t = GetParam().temperature;
  EXPECT_EQ(t.most > 0, !GetParam().chance.empty());
  EXPECT_LE(t.usual, t.most);
  EXPECT_EQ(t.meaning.empty(), GetParam().chance.empty());
}

// Clips side by side are sampled as each alone.
TEST_P(Families, ClipsOfABatchDoNotSeeEachOther) {
  Ops ops(one);
  const Condition<Ops> both{random_tensor({2, 6, kCondition}, 9)};
  const Condition<Ops> second{ops.slice(both.values, 0, 1, 2)};
  const std::vector<NoiseAddress> noises = {{1, 0, 0.3f}, {2, 0, 0.3f}};
  std::visit(
      [&](const auto& g) {
        const Tensor z = g.sample(ops, g.prepare(ops, both), {noises}).values;
        const std::span<const NoiseAddress> last(noises.data() + 1, 1);
        const Tensor alone = g.sample(ops, g.prepare(ops, second), {last}).values;
        const Tensor seen = ops.slice(z, 0, 1, 2);
        for (int64_t i = 0; i < alone.size(); ++i) EXPECT_NEAR(seen[i], alone[i], 1e-5);
      },
      generator);
}

// log p of latents is that of their residual and the volume that the way to it changes: so its
// integral is 1. And the residual leads back.
TEST_P(Families, DensityIsThatOfItsResidualAndLeadsBack) {
  if (!GetParam().density) GTEST_SKIP() << "no density";
  Ops ops(one);
  const Condition<Ops> c{random_tensor({1, 4, kCondition}, 5)};
  const auto check = [&](const auto& g) {
    const auto prepared = g.prepare(ops, c);
    const auto rho = ops.to_host(g.rho(ops));
    const auto forward = [&](const Tensor& standard) {
      const Tensor z = g.scale.restore(ops, standard);
      const auto judged = g.judge(ops, z, prepared);
      EXPECT_EQ(values_of(judged.log_prob), values_of(g.log_prob(ops, z, prepared)));
      flow::FlowOutput<Ops> out{judged.residual, judged.log_prob.clone()};
      const int64_t channels = judged.residual.dim(2);
      for (int64_t t = 0; t < judged.residual.dim(1); ++t) {
        for (int64_t k = 0; k < channels; ++k) {
          const double keep = t == 0 ? 0 : double{rho[static_cast<size_t>(k)]};
          const double before = t == 0 ? 0 : double{judged.residual[(t - 1) * channels + k]};
          const double off = double{judged.residual[t * channels + k]} - keep * before;
          const double variance = 1 - keep * keep;
          out.log_det[t] += static_cast<float>(
              0.5 * (off * off / variance + std::log(2 * std::numbers::pi * variance)));
        }
      }
      return out;
    };
    const auto back = [&](const Tensor& r) {
      return g.scale.standardise(ops, g.from_residual(ops, r, prepared).values);
    };
    flow::check_invertible(forward, back, random_tensor({1, 4, kLatent}, 6));
  };
  density_of(generator, "tiny", "a test", [&](const auto& g) { check(g); });
}

TEST_P(Families, WithoutDensityIsRefusedInOneLine) {
  if (GetParam().density) GTEST_SKIP() << "has a density";
  try {
    density_of(generator, "models/tiny", "score", [](const auto&) {});
    FAIL() << "no error";
  } catch (const Error& e) {
    EXPECT_EQ(std::string(e.what()), "models/tiny is a " + std::string(GetParam().name) +
                                         " model; score needs a density, which flow models have");
  }
}

// Terms are by name, one value per group of frames, and there are none where all weights are 0. An
// estimate has the shape of the latents.
TEST_P(Families, TermsHaveNamesAndWeights) {
  Ops ops(one);
  const Condition<Ops> c{random_tensor({2, 8, kCondition}, 5)};
  const auto check = [&](const auto& g) {
    using G = std::remove_cvref_t<decltype(g)>;
    const auto prepared = g.prepare(ops, c);
    const Tensor z = random_tensor({2, 8, kLatent}, 6);
    typename G::Losses all, none;
    const Json zeros = [&] {
      Json json = to_json(none);
      for (auto& [key, value] : json.items()) value = 0;
      return json;
    }();
    from_json(zeros, none, "zeros");
    EXPECT_FALSE(none.any());
    EXPECT_TRUE(g.learn(ops, z, prepared, none, {Rng(1), Rng(2)}).terms.empty());
    Json ones = zeros;
    for (auto& [key, value] : ones.items()) value = 1;
    from_json(ones, all, "ones");
    EXPECT_TRUE(all.any());
    const auto learned = g.learn(ops, z, prepared, all, {Rng(1), Rng(2)});
    if (learned.estimate) {
      EXPECT_EQ(learned.estimate->values.shape(), z.shape());
    }
    for (const auto& term : learned.terms) {
      EXPECT_FALSE(term.name.empty());
      EXPECT_EQ(term.weight, 1);
      ASSERT_EQ(term.values.dim(0), 2);
      EXPECT_EQ(8 % term.values.dim(1), 0);
      for (const float v : term.values.values()) EXPECT_TRUE(std::isfinite(v));
    }
  };
  std::visit(check, generator);
}

// The error of latents is that of what is made without chance: none of itself, and one per frame
// where one channel is off by its deviation.
TEST_P(Families, ErrorOfLatentsIsThatOfTheTypicalAnswer) {
  Ops ops(one);
  const Condition<Ops> c{random_tensor({1, 8, kCondition}, 5)};
  const auto check = [&](const auto& g) {
    using Losses = typename std::remove_cvref_t<decltype(g)>::Losses;
    if constexpr (std::is_same_v<Losses, FlowLosses> || std::is_same_v<Losses, RegressionLosses>) {
      Losses own;
      own.latent = 1;
      const auto prepared = g.prepare(ops, c);
      const NoiseAddress still{1, 0, 0};
      Tensor z = g.scale.standardise(ops, g.sample(ops, prepared, {{&still, 1}}).values);
      const auto error = [&] {
        for (const auto& term : g.learn(ops, g.scale.restore(ops, z), prepared, own, {}).terms) {
          if (term.name == "latent") return values_of(term.values);
        }
        return std::vector<float>{};
      };
      EXPECT_THAT(error(), testing::Pointwise(testing::FloatNear(1e-5f), std::vector<float>(8, 0)));
      for (int64_t t = 0; t < 8; ++t) z[t * kLatent + 1] += 1;
      EXPECT_THAT(error(), testing::Pointwise(testing::FloatNear(1e-4f), std::vector<float>(8, 1)));
    }
  };
  std::visit(check, generator);
}

INSTANTIATE_TEST_SUITE_P(Table, Families, ::testing::ValuesIn(kFamilies),
                         [](const auto& info) { return std::string(info.param.name); });

TEST(FamilyTable, UnknownNameIsRefusedWithTheNames) {
  Kind kind{};
  try {
    from_text("flwo", kind);
    FAIL() << "no error";
  } catch (const Error& e) {
    EXPECT_STREQ(e.what(),
                 "unknown kind 'flwo' (did you mean 'flow'?); expected one of flow, diffusion, vq, "
                 "regression");
  }
  EXPECT_EQ(names_of(), "flow, diffusion, vq, regression");
}

TEST(FamilyTable, TheReferencesWordIsDiffusion) {
  EXPECT_EQ(family_named("face_diffuser"), &family_of(Kind::kDiffusion));
  EXPECT_EQ(family_named(""), nullptr);
  EXPECT_EQ(family_named("face"), nullptr);
}

TEST(FamilyTable, PriorsMustFit) {
  check_prior(family_of(Kind::kFlow), "vae", "config.json");
  EXPECT_THROW(check_prior(family_of(Kind::kFlow), "vqvae", "config.json"), Error);
  EXPECT_THROW(check_prior(family_of(Kind::kFlow), "", "config.json"), Error);
}

}  // namespace
}  // namespace flowtalk::generate
