#include "flowtalk/diffusion/denoiser.h"

#include <gtest/gtest.h>

#include "flowtalk/diffusion/published_names.h"
#include "flowtalk/diffusion/sampler.h"
#include "flowtalk/nn/golden_params.h"
#include "flowtalk/ops/native.h"

namespace flowtalk::diffusion {
namespace {

using Ops = ops::NativeOps;
using tensor::Tensor;

const auto kNames = denoiser_names("");

// The reference's network, with the condition as it stands before the norm.
TEST(Denoiser, SeesWhatTheReferenceSees) {
  FT_GOLDEN_FOLDER(folder, "face_diffuser");
  ThreadPool pool(2);
  Ops ops(pool);
  nn::GoldenParams<Ops> source(ops, folder / "face_diffuser_mead_50.pth", kNames);
  const Denoiser<Ops> denoiser(params::Scope<Ops>(source),
                               {.values = 90, .width = 32, .steps = 50});
  const nn::GoldenCases cases(folder);
  const Tensor speech = cases.input(ops, "forward.t17.cond_projection", {1, 21, 32});
  const Tensor who = cases.input(ops, "forward.t17.obj_vector", {1, 1, 32});
  const auto prepared = denoiser.prepare(ops, ops.mul(speech, who), 1);
  const Tensor x = cases.input(ops, "forward.x", {1, 21, 90});
  const Tensor rest = cases.input(ops, "template", {1, 1, 90});
  for (const int64_t t : {0, 17, 49}) {
    const Tensor x0 = ops.add(denoiser(ops, prepared, x, std::span(&t, 1)), rest);
    cases.expect(ops, x0, fmt::format("forward.t{}.output", t), 1e-5);
  }
  // All its loops, from the noise to the face.
  const auto schedule = cosine_schedule(50);
  const auto run = [&](const std::string& name, const SamplerOptions& options,
                       const Tensor& start) {
    int n = 0;
    const auto predict = [&](const Tensor& at, int64_t t) {
      return ops.add(denoiser(ops, prepared, at, std::span(&t, 1)), rest);
    };
    const auto fresh = [&](int) {
      const Tensor all = cases.input(ops, "step_noise", {50, 21, 90});
      const int visited = n++;
      return ops.slice(all, 0, visited, visited + 1);
    };
    const Tensor made = sample(ops, std::span(schedule), options, start, predict, fresh);
    cases.expect(ops, made, name + ".final", 2e-5);
  };
  const Tensor noise = cases.input(ops, "noise", {1, 21, 90});
  run("ddim", {}, noise);
  run("ddim_skip30", {.skip = 30}, noise);
  run("ddim_eta1_skip30", {.skip = 30, .eta = 1}, noise);
  run("p_sample", {.sampler = Sampler::kDdpm}, noise);
}

// Samples side by side, each at its own step, are what each is alone.
TEST(Denoiser, SamplesOfABatchDoNotSeeEachOther) {
  FT_GOLDEN_FOLDER(folder, "face_diffuser");
  ThreadPool pool(2);
  Ops ops(pool);
  nn::GoldenParams<Ops> source(ops, folder / "face_diffuser_mead_50.pth", kNames);
  const Denoiser<Ops> denoiser(params::Scope<Ops>(source),
                               {.values = 90, .width = 32, .steps = 50});
  const nn::GoldenCases cases(folder);
  const Tensor speech = cases.input(ops, "forward.t17.cond_projection", {1, 21, 32});
  const Tensor noises = ops.slice(cases.input(ops, "step_noise", {50, 21, 90}), 0, 0, 3);
  const std::vector<int64_t> steps = {3, 49, 20};
  const Tensor all = denoiser(ops, denoiser.prepare(ops, speech, 3), noises, steps);
  for (int64_t i = 0; i < 3; ++i) {
    const Tensor one =
        denoiser(ops, denoiser.prepare(ops, speech, 1), ops.slice(noises, 0, i, i + 1),
                 std::span(steps).subspan(static_cast<size_t>(i), 1));
    const Tensor seen = ops.slice(all, 0, i, i + 1);
    for (int64_t k = 0; k < one.size(); ++k) ASSERT_NEAR(seen[k], one[k], 1e-6);
  }
}

}  // namespace
}  // namespace flowtalk::diffusion
