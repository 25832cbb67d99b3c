// What a sample costs by family: ten seconds of speech, from the condition to motion, 1 and 10
// samples, on one thread. Weights are random, the sizes those of training's defaults. The speech
// encoder, once per clip for all of them, stands beside.
#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "flowtalk/model/flowtalk.h"
#include "flowtalk/ops/native.h"
#include "flowtalk/params/native_params.h"

namespace {

using namespace flowtalk;
using Ops = ops::NativeOps;

constexpr int64_t kFrames = 250;

tensor::Tensor random_tensor(const tensor::Shape& shape) {
  tensor::Tensor x(shape);
  Rng rng(1);
  for (float& v : x.values()) v = static_cast<float>(rng.normal());
  return x;
}

void speech_encoder(benchmark::State& state) {
  ThreadPool pool(1);
  Ops ops(pool);
  params::FreshParams fresh(1);
  const encoder::Hubert<Ops> hubert(params::Scope<Ops>(fresh) / "encoder", encoder::small_hubert());
  const auto voice = random_tensor({1, kFrames * 640});
  for (auto _ : state) benchmark::DoNotOptimize(hubert(ops, voice));
}
BENCHMARK(speech_encoder)->Unit(benchmark::kMillisecond);

void sample(benchmark::State& state, const std::string& family, const std::string& prior,
            std::optional<int> skip) {
  ThreadPool pool(1);
  Ops ops(pool);
  model::ModelConfig config;
  from_text(family, config.generator.kind);
  from_text(prior, config.prior.kind);
  if (config.prior.kind == prior::Kind::kNone) config.prior = prior::without_prior();
  config.check("bench");
  params::FreshParams fresh(1);
  const params::Scope<Ops> scope(fresh);
  const prior::AnyPrior<Ops> motion_prior(scope / "prior", config.prior);
  const auto generator = model::make_generator(scope, config, motion_prior);
  const condition::Condition<Ops> c{random_tensor({1, kFrames, config.condition.width})};
  const float temperature =
      static_cast<float>(generate::family_of(config.generator.kind).temperature.usual);
  std::vector<NoiseAddress> noises;
  for (int64_t i = 0; i < state.range(0); ++i) {
    noises.push_back({1, static_cast<uint32_t>(i), temperature});
  }
  const auto made = [&](const auto& g) {
    const auto z = g.sample(ops, g.prepare(ops, c), {noises, skip});
    return motion_prior.decode(ops, z.values);
  };
  for (auto _ : state) benchmark::DoNotOptimize(std::visit(made, generator));
  const int steps = generate::sampling_steps(config.generator);
  state.counters["evaluations"] =
      steps == 0 ? 1 : steps - skip.value_or(generate::usual_skip(config.generator));
}

#define FT_SAMPLES(...) \
  BENCHMARK_CAPTURE(sample, __VA_ARGS__)->Arg(1)->Arg(10)->Unit(benchmark::kMillisecond)
FT_SAMPLES(flow, "flow", "vae", std::nullopt);
FT_SAMPLES(regression, "regression", "vae", std::nullopt);
FT_SAMPLES(vq, "vq", "vqvae", std::nullopt);
FT_SAMPLES(latent_diffusion_skip_900, "diffusion", "vae", 900);
FT_SAMPLES(latent_diffusion_skip_500, "diffusion", "vae", 500);
FT_SAMPLES(latent_diffusion_skip_0, "diffusion", "vae", 0);
FT_SAMPLES(face_diffuser_skip_900, "diffusion", "none", 900);
FT_SAMPLES(face_diffuser_skip_500, "diffusion", "none", 500);
FT_SAMPLES(face_diffuser_skip_0, "diffusion", "none", 0);

}  // namespace
