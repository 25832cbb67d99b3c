// The diffusion family, after FaceDiffuser (Stan et al., 2023): noise to latents by many small
// steps of a network that predicts them. Over a prior its latents are diffused, without one the
// standardised motion. Noise schedule and loops: flowtalk/diffusion.
#pragma once

#include <algorithm>
#include <optional>
#include <vector>

#include "flowtalk/diffusion/denoiser.h"
#include "flowtalk/diffusion/sampler.h"
#include "flowtalk/generate/generator.h"

namespace flowtalk::generate {

struct DiffusionConfig {
  int steps = 1000, skip = 900, width = 128, layers = 2;
  float dropout = 0.3f;
  bool condition = true;
  diffusion::Sampler sampler = diffusion::Sampler::kDdim;

  template <class V>
  void fields(V&& field) {
    field("steps", steps, between(2, 100000), "of the noise schedule");
    field("skip", skip, between(0, 99999),
          "of these left out at the noisy end, where none is said");
    field("width", width, between(4, 2048), "of the denoiser");
    field("layers", layers, between(1, 8), "of its GRU");
    field("dropout", dropout, between(0.0f, 0.9f), "between these, in training");
    field("condition", condition, "a linear map from the condition to the denoiser's width");
    field("sampler", sampler, "how a step is taken, where none is said");
  }
};

struct DiffusionLosses {
  float x0 = 1;

  template <class V>
  void fields(V&& field) {
    field("x0", x0, between(0.0f, 100.0f), "weight of the Huber loss of predicted latents");
  }
  bool any() const { return x0 > 0; }
};

template <class Ops>
struct DiffusionGenerator {
  using T = ops::TensorOf<Ops>;
  using Config = DiffusionConfig;
  using Losses = DiffusionLosses;
  static constexpr Kind kKind = Kind::kDiffusion;

  struct Prepared {
    T condition;                           // (B, T, L)
    std::optional<T> gate = std::nullopt;  // (B, T, L), multiplies what the denoiser's GRU makes
    std::optional<T> rest = std::nullopt;  // (B, 1, D), added to what the denoiser sees

    template <class F>
    Prepared each(F&& f) const {
      Prepared changed{f(condition)};
      if (gate) changed.gate = f(*gate);
      if (rest) changed.rest = f(*rest);
      return changed;
    }
  };

  DiffusionGenerator(params::Scope<Ops> p, const Surroundings<Ops>& around, const Config& c)
      : config(c),
        scale(p, around.latent),
        denoiser(p / "denoiser", {around.latent, c.width, c.steps, c.layers, c.dropout}),
        schedule(diffusion::cosine_schedule(c.steps)) {
    if (c.condition) condition.emplace(p / "condition", around.condition, c.width);
    FT_CHECK(c.condition || around.condition == c.width, "condition {}, denoiser {}",
             around.condition, c.width);
  }

  Prepared prepare(Ops& ops, const Condition<Ops>& c) const {
    return {condition ? (*condition)(ops, c.values) : c.values, c.asked, c.rest};
  }

  MotionLatents<Ops> sample(Ops& ops, const Prepared& c, const SampleOptions& options) const {
    const auto shape = ops.shape(c.condition);
    const auto count = static_cast<int64_t>(options.noises.size());
    FT_CHECK(count > 0 && (shape[0] == 1 || shape[0] == count), "{} clips, {} noises", shape[0],
             count);
    const auto prepared = prepared_for(ops, c, count);
    const diffusion::SamplerOptions loop{options.sampler.value_or(config.sampler),
                                         options.skip_steps.value_or(config.skip)};
    const auto predict = [&](const T& x, int64_t t) {
      return at_rest(ops, c, denoiser(ops, prepared, x, std::span(&t, 1)));
    };
    const auto fresh = [&](int t) {
      if (options.given == nullptr) return noise(ops, shape[1], options.noises, t);
      return given_noise(ops, shape[1], options, config.steps - 1 - loop.skip - t);
    };
    return {scale.restore(ops, diffusion::sample(ops, std::span(schedule), loop,
                                                 fresh(config.steps), predict, fresh))};
  }

  Learned<Ops> learn(Ops& ops, const T& z, const Prepared& c, const Losses& w,
                     const std::vector<Rng>& chances) const {
    const auto shape = ops.shape(z);
    const T standard = scale.standardise(ops, z);
    std::vector<int64_t> steps;
    std::vector<float> keep, spread, drawn;
    for (const Rng& chance : chances) {
      Rng of_step = chance.fork("steps"), of_noise = chance.fork("noise");
      steps.push_back(of_step.integer(0, config.steps - 1));
      const auto& step = schedule[static_cast<size_t>(steps.back())];
      keep.push_back(step.keep);
      spread.push_back(step.noise);
      for (int64_t i = 0; i < shape[1] * shape[2]; ++i) {
        drawn.push_back(static_cast<float>(of_noise.normal()));
      }
    }
    const tensor::Shape per_clip{shape[0], 1, 1};
    const T x = ops.add(ops.mul(standard, ops.constant(per_clip, keep)),
                        ops.mul(ops.constant(shape, drawn), ops.constant(per_clip, spread)));
    const T seen = at_rest(ops, c, denoiser(ops, prepared_for(ops, c, shape[0]), x, steps));
    Learned<Ops> learned{{}, MotionLatents<Ops>{scale.restore(ops, seen)}};
    if (w.x0 > 0) {
      learned.terms.push_back({"x0", ops.sum_last(huber(ops, ops.sub(seen, standard))),
                               static_cast<double>(shape[2]), static_cast<double>(w.x0)});
    }
    return learned;
  }

  // Of an error e: e^2 / 2 up to 1, |e| - 1/2 beyond.
  static T huber(Ops& ops, const T& e) {
    const T bounded = ops.clamp(e, -1, 1);
    return ops.mul(bounded, ops.sub(e, ops.scale(bounded, 0.5f)));
  }

  // Noise (N, T, D) of a step, scaled by the temperatures; the start is a step of its own.
  T noise(Ops& ops, int64_t frames, std::span<const NoiseAddress> addresses, int step) const {
    const int64_t width = denoiser.sizes.values;
    std::vector<float> values;
    values.reserve(addresses.size() * static_cast<size_t>(frames * width));
    for (const NoiseAddress& a : addresses) {
      const uint64_t seed =
          Rng(a.seed).fork("diffusion").fork(static_cast<uint64_t>(step)).next_u64();
      for (int64_t t = 0; t < frames; ++t) {
        for (int64_t k = 0; k < width; ++k) {
          values.push_back(a.temperature * noise_normal(seed, a.take, static_cast<uint32_t>(t),
                                                        static_cast<uint32_t>(k)));
        }
      }
    }
    return ops.constant({static_cast<int64_t>(addresses.size()), frames, width}, values);
  }

  Config config;
  LatentScale<Ops> scale;
  std::optional<nn::Linear<Ops>> condition;
  diffusion::Denoiser<Ops> denoiser;
  std::vector<diffusion::Step> schedule;

 private:
  typename diffusion::Denoiser<Ops>::Prepared prepared_for(Ops& ops, const Prepared& c,
                                                           int64_t samples) const {
    auto prepared = denoiser.prepare(ops, c.condition, samples);
    prepared.gate = c.gate;
    return prepared;
  }
  static T at_rest(Ops& ops, const Prepared& c, const T& x0) {
    return c.rest ? ops.add(x0, *c.rest) : x0;
  }
  // Noise (N, T, D) of the n-th step that is taken, or before the first, of the start.
  T given_noise(Ops& ops, int64_t frames, const SampleOptions& options, int n) const {
    const int64_t width = denoiser.sizes.values;
    const GivenChance& given = *options.given;
    const auto block = n < 0 ? given.block(given.noise, 0, frames * width)
                             : given.block(given.step_noise, n, frames * width);
    std::vector<float> values;
    for (const NoiseAddress& a : options.noises) {
      for (const float e : block) values.push_back(a.temperature * e);
    }
    return ops.constant({static_cast<int64_t>(options.noises.size()), frames, width}, values);
  }
};

}  // namespace flowtalk::generate
