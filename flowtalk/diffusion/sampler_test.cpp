#include "flowtalk/diffusion/sampler.h"

#include <gtest/gtest.h>

#include "flowtalk/base/fields.h"
#include "flowtalk/base/files.h"
#include "flowtalk/formats/safetensors.h"
#include "flowtalk/nn/golden_params.h"
#include "flowtalk/ops/native.h"

namespace flowtalk::diffusion {
namespace {

using formats::SafetensorsFile;
using Ops = ops::NativeOps;
using tensor::Tensor;

TEST(CosineSchedule, IsThatOfTheReference) {
  FT_GOLDEN_FOLDER(folder, "face_diffuser");
  const SafetensorsFile file(folder / "schedule.safetensors");
  for (const int n : {50, 1000}) {
    const auto steps = cosine_schedule(n);
    const auto check = [&](const std::string& name, float Step::*value) {
      const std::string full = fmt::format("steps{}.{}", n, name);
      if (!file.contains(full)) return;
      const Tensor expected = file.load(full);
      for (size_t t = 0; t < steps.size(); ++t) {
        const float want = expected[static_cast<int64_t>(t)];
        EXPECT_NEAR(steps[t].*value, want, 2e-7 * std::max(1.0f, std::abs(want))) << full << t;
      }
    };
    check("alphas_cumprod", &Step::abar);
    check("alphas_cumprod_prev", &Step::abar_before);
    check("sqrt_alphas_cumprod", &Step::keep);
    check("sqrt_one_minus_alphas_cumprod", &Step::noise);
    check("sqrt_recip_alphas_cumprod", &Step::inverse);
    check("sqrt_recipm1_alphas_cumprod", &Step::inverse_less_one);
    check("posterior_log_variance_clipped", &Step::log_variance);
    check("posterior_mean_coef1", &Step::of_x0);
    check("posterior_mean_coef2", &Step::of_x);
  }
}

// The loops of the reference, step by step, from what its network saw.
TEST(Sampler, StepsAreThoseOfTheReference) {
  FT_GOLDEN_FOLDER(folder, "face_diffuser");
  const SafetensorsFile file(folder / "cases.safetensors");
  const nn::GoldenCases cases(folder);
  const Json config = parse_json(load_file(folder / "config.json"), "config.json");
  const auto schedule = cosine_schedule(50);
  ThreadPool pool(1);
  Ops ops(pool);
  const Tensor noises = file.load("step_noise");
  int compared = 0;
  for (const auto& loop : config["loops"]) {
    const std::string name = loop["name"].get<std::string>();
    const SamplerOptions options{loop["sampler"] == "ddim" ? Sampler::kDdim : Sampler::kDdpm,
                                 loop["skip_timesteps"].get<int>(), loop["eta"].get<float>()};
    for (const int n : loop["recorded_step_indices"]) {
      const std::string before =
          n == 0 ? name + ".start" : fmt::format("{}.step{}.sample", name, n - 1);
      const std::string here = fmt::format("{}.step{}.", name, n);
      if (!file.contains(before)) continue;
      const int t = loop["timesteps_visited"][static_cast<size_t>(n)].get<int>();
      const Tensor x = step_back(ops, schedule[static_cast<size_t>(t)], t == 0, options,
                                 file.load(before), file.load(here + "pred_xstart"),
                                 [&] { return ops.slice(noises, 0, n, n + 1); });
      cases.expect(ops, x, here + "sample", 2e-6);
      ++compared;
    }
  }
  EXPECT_GE(compared, 15);
}

TEST(Sampler, SkippedStepsStartAtTheNoiseOfTheFirstStepTaken) {
  const auto schedule = cosine_schedule(50);
  ThreadPool pool(1);
  Ops ops(pool);
  const Tensor noise = ops.constant({1, 1, 2}, std::vector<float>{1, -2});
  for (const int skip : {0, 30, 49}) {
    std::vector<int> visited;
    Tensor start;
    sample(
        ops, schedule, {Sampler::kDdpm, skip, 0}, noise,
        [&](const Tensor& x, int t) {
          if (visited.empty()) start = x;
          visited.push_back(t);
          return x;
        },
        [&](int) { return noise; });
    EXPECT_EQ(visited.size(), static_cast<size_t>(50 - skip));
    EXPECT_EQ(visited.front(), 49 - skip);
    EXPECT_EQ(visited.back(), 0);
    const float share = skip == 0 ? 1 : schedule[static_cast<size_t>(49 - skip)].noise;
    EXPECT_FLOAT_EQ(start[1], -2 * share);
  }
}

TEST(Sampler, DdimEndsInWhatTheNetworkSeesLast) {
  const auto schedule = cosine_schedule(20);
  ThreadPool pool(1);
  Ops ops(pool);
  const Tensor noise = ops.constant({1, 1, 2}, std::vector<float>{1, -2});
  const Tensor truth = ops.constant({1, 1, 2}, std::vector<float>{0.3f, 5});
  const Tensor made = sample(
      ops, schedule, {}, noise, [&](const Tensor&, int) { return truth; },
      [&](int) -> Tensor {
        ADD_FAILURE() << "DDIM draws nothing";
        return noise;
      });
  for (int64_t i = 0; i < 2; ++i) EXPECT_NEAR(made[i], truth[i], 1e-5);
}

TEST(Sampler, HasTwoNames) {
  Sampler sampler{};
  for (const char* word : {"ddim", "ddpm"}) {
    from_text(word, sampler);
    EXPECT_EQ(text_of(sampler), word);
  }
  EXPECT_THROW(from_text("ddmi", sampler), Error);
}

}  // namespace
}  // namespace flowtalk::diffusion
