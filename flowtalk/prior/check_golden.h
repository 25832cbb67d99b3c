// Test harness: priors against the answers of ProbTalk3D, on any backend.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "flowtalk/nn/check_golden.h"
#include "flowtalk/prior/published_names.h"
#include "flowtalk/prior/sequence_prior.h"

namespace flowtalk::prior {

// How far answers may lie from the stored ones.
struct Bounds {
  double latents, motion, distances, logits;
};

template <class Ops>
nn::GoldenParams<Ops> prior_params(Ops& ops, const std::filesystem::path& file,
                                   const std::string& prefix = "") {
  nn::GoldenParams<Ops> source(ops, file, sequence_prior_names("", prefix));
  const MotionScaling scaling = probtalk3d_scaling();
  source.give("motion_mean", scaling.mean);
  source.give("motion_sd", scaling.sd);
  return source;
}

// Motion and its scaled form, in which the source works.
template <class Ops, class Coder>
ops::TensorOf<Ops> as_motion(Ops& ops, const Coder& coder, const ops::TensorOf<Ops>& scaled) {
  return ops.add(ops.mul(scaled, coder.motion_sd), coder.motion_mean);
}
template <class Ops, class Coder>
ops::TensorOf<Ops> as_scaled(Ops& ops, const Coder& coder, const ops::TensorOf<Ops>& motion) {
  return ops.div(ops.sub(motion, coder.motion_mean), coder.motion_sd);
}

// The live part of stored rows of 403.
template <class Ops>
void expect_flame(Ops& ops, const nn::GoldenCases& cases, const ops::TensorOf<Ops>& motion,
                  const std::string& name, double bound) {
  const std::vector<float> got = ops.to_host(motion), stored = cases.values(name);
  const size_t frames = stored.size() / motion::kWideRow;
  ASSERT_EQ(got.size(), frames * motion::kLive) << name;
  for (size_t i = 0; i < got.size(); ++i) {
    const size_t t = i / motion::kLive, c = i % motion::kLive;
    const size_t at = c < motion::kJawAt ? flame::kShape + c
                                         : flame::kShape + flame::kExpression + c - motion::kJawAt;
    ASSERT_NEAR(got[i], stored[t * motion::kWideRow + at], bound) << name << ", " << t << ", " << c;
  }
}

template <class Ops>
void check_vae_prior(Ops& ops, const std::filesystem::path& folder, const Bounds& bounds) {
  auto source = prior_params(ops, folder / "vae_prior.ckpt");
  const SequenceVae<Ops> vae(params::Scope<Ops>(source), 32, {2, 4, 48});
  const nn::GoldenCases cases(folder);
  for (const auto& [name, frames] :
       {std::pair<std::string, int64_t>{"motion0", 25}, {"motion1", 38}}) {
    const auto input = cases.input(ops, name + ".input", {1, frames, motion::kLive});
    const auto motion = as_motion(ops, vae.coder, input);
    const auto posterior = vae.encode(ops, motion);
    cases.expect(ops, vae.coder.encode(ops, motion), name + ".vae.encoder", bounds.latents);
    cases.expect(ops, posterior.mean, name + ".vae.mean", bounds.latents);
    cases.expect(ops, *posterior.log_variance, name + ".vae.logvar", bounds.latents);
    const auto decoded = as_scaled(ops, vae.coder, vae.decode(ops, posterior.mean));
    cases.expect(ops, decoded, name + ".vae.decode_mean", bounds.latents);
  }
  for (const auto& [name, frames] : {std::pair<std::string, int64_t>{"full0", 33}, {"full1", 51}}) {
    const auto predicted = cases.input(ops, name + ".vae.prediction", {1, frames, 32});
    const auto posterior = vae.middle(ops, predicted);
    cases.expect(ops, posterior.mean, name + ".vae.mean", bounds.latents);
    cases.expect(ops, *posterior.log_variance, name + ".vae.logvar", bounds.latents);
    expect_flame(ops, cases, vae.decode(ops, posterior.mean), name + ".vae.flame_params_mean",
                 bounds.motion);
    const auto noise = cases.input(ops, name + ".vae.eps", {1, frames, 32});
    const auto sd = ops.exp(ops.scale(*posterior.log_variance, 0.5f));
    const auto z = ops.add(posterior.mean, ops.scale(ops.mul(sd, noise), 2));
    cases.expect(ops, as_scaled(ops, vae.coder, vae.decode(ops, z)),
                 name + ".vae.output_sampled_fact_2", bounds.latents);
  }
}

// Distances, codes and what they amount to of latents z (1, T, D), then the motion of these codes.
template <class Ops>
void check_codes(Ops& ops, const SequenceVqVae<Ops>& vq, const nn::GoldenCases& cases,
                 const ops::TensorOf<Ops>& z, const std::string& name, const Bounds& bounds) {
  const int64_t codes = vq.quantiser.config.codes;
  const auto distances = vq.quantiser.distances(ops, z);
  cases.expect(ops, distances, name + ".distances", bounds.distances);
  const auto logits = ops.scale(distances, -1 / 0.2f);
  cases.expect(ops, logits, name + ".sampling_logits_t0.2", bounds.logits);
  cases.expect(ops, ops.softmax_last(logits), name + ".sampling_probabilities_t0.2",
               bounds.latents);
  const auto nearest = vq.quantiser.nearest(ops, z);
  EXPECT_EQ(nearest.codes, cases.integers(name + ".indices")) << name;
  cases.expect(ops, nearest.values, name + ".quantised", bounds.latents);
  cases.expect(ops, straight_through(ops, z, nearest.values), name + ".quantised", bounds.latents);
  const double perplexity = perplexity_of(usage_of(nearest.codes, codes));
  EXPECT_NEAR(perplexity, cases.values(name + ".perplexity")[0], 1e-4) << name;
}

template <class Ops>
void check_vq_prior(Ops& ops, const std::filesystem::path& folder, const Bounds& bounds) {
  auto source = prior_params(ops, folder / "vqvae_prior.ckpt");
  const SequenceVqVae<Ops> vq(params::Scope<Ops>(source), 32,
                              {{2, 4, 48}, {.codes = 16, .width = 8, .rows = RowsOf::kTime}});
  const nn::GoldenCases cases(folder);
  for (const auto& [name, frames] :
       {std::pair<std::string, int64_t>{"motion0", 25}, {"motion1", 38}}) {
    const auto input = cases.input(ops, name + ".input", {1, frames, motion::kLive});
    const auto z = vq.coder.encode(ops, as_motion(ops, vq.coder, input));
    cases.expect(ops, z, name + ".vqvae.encoder", bounds.latents);
    check_codes(ops, vq, cases, z, name + ".vqvae", bounds);
    const auto decoded = vq.decode(ops, vq.quantiser.nearest(ops, z).values);
    cases.expect(ops, as_scaled(ops, vq.coder, decoded), name + ".vqvae.decode", bounds.latents);
  }
  for (const auto& [name, frames] : {std::pair<std::string, int64_t>{"full0", 33}, {"full1", 51}}) {
    const auto z = cases.input(ops, name + ".vqvae.prediction", {1, frames, 32});
    check_codes(ops, vq, cases, z, name + ".vqvae", bounds);
    const auto motion = vq.decode(ops, vq.quantiser.nearest(ops, z).values);
    cases.expect(ops, as_scaled(ops, vq.coder, motion), name + ".vqvae.output", bounds.latents);
    expect_flame(ops, cases, motion, name + ".vqvae.flame_params", bounds.motion);
  }
}

// A release's folder: codes nearest and drawn by given uniforms, in clips shorter than a row too.
template <class Ops>
void check_vq_release(Ops& ops, const std::filesystem::path& folder, const Bounds& bounds) {
  auto source = prior_params(ops, folder / "stage_2/lightning_logs/version_0/checkpoints/last.ckpt",
                             "motion_prior.");
  const SequenceVqVae<Ops> vq(params::Scope<Ops>(source), 48,
                              {{2, 8, 72}, {.codes = 32, .width = 24, .rows = RowsOf::kTime}});
  const nn::GoldenCases cases(folder);
  for (const auto& [name, frames] :
       {std::pair<std::string, int64_t>{"voice0", 19}, {"voice1", 31}}) {
    const auto z = cases.input(ops, name + ".prediction", {1, frames, 48});
    cases.expect(ops, vq.quantiser.distances(ops, z), name + ".distances", bounds.distances);
    const auto check = [&](const Quantised<Ops>& chosen, const std::string& stored) {
      EXPECT_EQ(chosen.codes, cases.integers(stored + ".indices")) << stored;
      const auto motion = vq.decode(ops, chosen.values);
      cases.expect(ops, as_scaled(ops, vq.coder, motion), stored + ".output", bounds.latents);
      expect_flame(ops, cases, motion, stored + ".flame_params", bounds.motion);
    };
    check(vq.quantiser.nearest(ops, z), name);
    for (const float temperature : {0.2f, 0.5f}) {
      const std::string stored = fmt::format("{}.sampled_t{}", name, temperature);
      const auto uniforms = cases.values(stored + ".uniform");
      check(vq.quantiser.sampled(ops, z, temperature, uniforms), stored);
    }
  }
}

template <class Ops>
void check_vae_release(Ops& ops, const std::filesystem::path& folder, const Bounds& bounds) {
  auto source =
      prior_params(ops, folder / "stage_1/lightning_logs/version_0/checkpoints/last.ckpt");
  const SequenceVae<Ops> vae(params::Scope<Ops>(source), 48, {2, 8, 72});
  const nn::GoldenCases cases(folder);
  for (const auto& [name, frames] :
       {std::pair<std::string, int64_t>{"voice0", 19}, {"voice1", 31}}) {
    const auto posterior = vae.middle(ops, cases.input(ops, name + ".prediction", {1, frames, 48}));
    const auto noise = ops.mul(ops.exp(ops.scale(*posterior.log_variance, 0.5f)),
                               cases.input(ops, name + ".eps", {1, frames, 48}));
    const auto check = [&](float factor, const std::string& output, const std::string& flame) {
      const auto motion = vae.decode(ops, ops.add(posterior.mean, ops.scale(noise, factor)));
      cases.expect(ops, as_scaled(ops, vae.coder, motion), name + output, bounds.latents);
      expect_flame(ops, cases, motion, name + flame, bounds.motion);
    };
    check(0, ".mean_output", ".mean.flame_params");
    check(1, ".fact1.output", ".fact1.flame_params");
    check(20, ".fact20.output", ".fact20.flame_params");
  }
}

}  // namespace flowtalk::prior
