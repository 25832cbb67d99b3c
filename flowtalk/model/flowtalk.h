// FlowTalk: the one place where encoder, condition, flow and motion prior meet.
//
//   speech (B, T, 2C) + emotion g (B, T, K) + style -> condition c (B, T, K)
//   c -> base mean and deviation (B, T/2, 2D), flow condition (B, T/2, F)
//   base sample u (B, T/2, 2D) -> flow inverse -> latents z (B, T, D) -> prior -> motion (B, T, 53)
// T is even inside; callers pad an odd clip by one frame and drop it again.
#pragma once

#include <algorithm>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "flowtalk/base/error.h"
#include "flowtalk/condition/emotion_control.h"
#include "flowtalk/condition/fusion.h"
#include "flowtalk/encoder/hubert.h"
#include "flowtalk/flow/ar_base.h"
#include "flowtalk/flow/flow.h"
#include "flowtalk/model/model_config.h"
#include "flowtalk/prior/vae.h"

namespace flowtalk::model {

// What the flow is conditioned on, at the squeezed rate of 12.5 Hz.
template <class Ops>
struct FlowCondition {
  ops::TensorOf<Ops> condition;    // (B, T/2, F)
  flow::BaseParameters<Ops> base;  // (B, T/2, 2D)
  // (B, T, D), added to what the flow makes of u; then the mean of the base is zero.
  std::optional<ops::TensorOf<Ops>> shift = std::nullopt;
};

template <class Ops>
struct Generator {
  using T = ops::TensorOf<Ops>;
  using Scope = params::Scope<Ops>;

  Generator(Scope p, const ModelConfig& c)
      : latent_mean(p.buffer("latent_mean", {c.prior.latent}, params::zeros())),
        latent_sd(p.buffer("latent_sd", {c.prior.latent}, params::ones())),
        control(p / "control", c.condition),
        styles(p.tensor("styles", {kStyleCount, c.condition.width}, params::normal(0.3f))),
        fusion(p / "fusion", 2 * c.encoder.hidden_size, c.condition),
        base_inner(p / "base_inner", 2 * c.condition.width, 2 * c.condition.width),
        base_outer(p / "base_outer", 2 * c.condition.width, 4 * c.prior.latent,
                   params::normal(0.01f)),
        flow_condition(p / "flow_condition", 2 * c.condition.width, c.flow.condition),
        flow(p / "flow", c.prior.latent, c.flow),
        base(p / "base", 2 * c.prior.latent, c.flow.white_base),
        width(c.condition.width),
        latent(c.prior.latent),
        shifts(c.flow.shift) {}

  // speech (B, T, 2C), emotion (B, T, K) from `control`, one style per clip -> c (B, T, K)
  T condition(Ops& ops, const T& speech, const T& emotion, std::span<const int64_t> style) const {
    return fusion(ops, speech, emotion, style_vectors(ops, style));
  }

  FlowCondition<Ops> prepare(Ops& ops, const T& c) const {
    const auto shape = ops.shape(c);
    const T pairs = ops.reshape(c, {shape[0], shape[1] / 2, 2 * shape[2]});
    const T both = base_outer(ops, ops.gelu(base_inner(ops, pairs)));
    const T mean = ops.slice(both, 2, 0, 2 * latent);
    const T log_sd = ops.clamp(ops.slice(both, 2, 2 * latent, 4 * latent), -2, 1);
    if (!shifts) return {flow_condition(ops, pairs), {mean, log_sd}};
    return {flow_condition(ops, pairs), {ops.scale(mean, 0), log_sd}, flow.unsqueeze(ops, mean)};
  }

  // latents (B, T, D) -> base variable u (B, T/2, 2D) and log_det (B, T/2) of standardised latents
  flow::FlowOutput<Ops> to_base(Ops& ops, const T& z, const FlowCondition<Ops>& c) const {
    const T standard = standardise(ops, z);
    return flow.forward(ops, c.shift ? ops.sub(standard, *c.shift) : standard, c.condition);
  }
  // log density of standardised latents per squeezed frame, (B, T/2).
  T log_prob(Ops& ops, const T& z, const FlowCondition<Ops>& c) const {
    const auto out = to_base(ops, z, c);
    return ops.add(base.log_prob(ops, out.value, c.base), out.log_det);
  }

  // latents (B, T, D)
  T generate(Ops& ops, const FlowCondition<Ops>& c, const flow::NoiseAddress& noise) const {
    return latents_of(ops, base.sample(ops, c.base, noise), c);
  }
  // Of one clip under N noises: latents (N, T, D). What the flow makes of the condition is made
  // once.
  T generate_each(Ops& ops, const FlowCondition<Ops>& c,
                  std::span<const flow::NoiseAddress> noises) const {
    std::vector<T> drawn;
    for (const flow::NoiseAddress& noise : noises) {
      drawn.push_back(base.sample(ops, c.base, noise));
    }
    return latents_of(ops, ops.concat(drawn, 0), c);
  }
  // u (N, T/2, 2D) of the base -> latents (N, T, D); c of N clips, or of one
  T latents_of(Ops& ops, const T& u, const FlowCondition<Ops>& c) const {
    const T made = flow.inverse(ops, u, c.condition);
    return ops.add(ops.mul(c.shift ? ops.add(made, *c.shift) : made, latent_sd), latent_mean);
  }

  T standardise(Ops& ops, const T& z) const { return ops.div(ops.sub(z, latent_mean), latent_sd); }

  // (B, 1, K)
  T style_vectors(Ops& ops, std::span<const int64_t> style) const {
    const auto count = static_cast<int64_t>(style.size());
    std::vector<float> weights(static_cast<size_t>(count * kStyleCount), 0.0f);
    for (int64_t b = 0; b < count; ++b) {
      const auto row = weights.begin() + b * kStyleCount;
      const int64_t id = style[static_cast<size_t>(b)];
      FT_CHECK(id >= kAverageStyle && id < kStyleCount, "style {}", id);
      if (id == kAverageStyle) {
        std::fill_n(row, kStyleCount, 1.0f / static_cast<float>(kStyleCount));
      } else {
        row[id] = 1;
      }
    }
    return ops.linear(ops.constant({count, 1, kStyleCount}, weights), ops.transpose(styles, 0, 1));
  }

  T latent_mean, latent_sd;  // (D)
  condition::EmotionControl<Ops> control;
  T styles;  // (32, K)
  condition::Fusion<Ops> fusion;
  nn::Linear<Ops> base_inner, base_outer, flow_condition;
  flow::Flow<Ops> flow;
  flow::ArBase<Ops> base;
  int64_t width, latent;
  bool shifts;
};

template <class Ops>
struct FlowTalk {
  using T = ops::TensorOf<Ops>;
  FlowTalk(params::Scope<Ops> p, const ModelConfig& c)
      : FlowTalk(p, c, encoder::Hubert<Ops>(p / "encoder", c.encoder)) {}
  // With an encoder whose parameters come from elsewhere.
  FlowTalk(params::Scope<Ops> p, const ModelConfig& c, encoder::Hubert<Ops> speech_encoder)
      : config(c),
        encoder(std::move(speech_encoder)),
        prior(p / "prior", c.prior),
        generator(p / "generator", c) {}

  ModelConfig config;
  encoder::Hubert<Ops> encoder;
  prior::Vae<Ops> prior;
  Generator<Ops> generator;
};

}  // namespace flowtalk::model
