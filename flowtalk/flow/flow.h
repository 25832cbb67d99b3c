// The conditional flow: latents z (B, T, D) <-> base variable u (B, T/2, 2D), T even. Two frames
// are squeezed into one, then steps of {ActNorm, InvertibleMix, AffineCoupling}.
#pragma once

#include <string>
#include <vector>

#include "flowtalk/flow/act_norm.h"
#include "flowtalk/flow/coupling.h"
#include "flowtalk/flow/invertible_mix.h"

namespace flowtalk::flow {

template <class Ops>
struct FlowStep {
  using T = ops::TensorOf<Ops>;
  FlowStep(params::Scope<Ops> p, int64_t channels, int64_t number, const FlowConfig& c)
      : norm(p / "norm", channels),
        mix(p / "mix", channels, number),
        coupling(p / "coupling", channels, c) {}

  FlowOutput<Ops> forward(Ops& ops, const T& x, const T& condition) const {
    const auto normed = norm.forward(ops, x);
    const auto mixed = mix.forward(ops, normed.value);
    auto coupled = coupling.forward(ops, mixed.value, condition);
    coupled.log_det = ops.add(coupled.log_det, ops.add(normed.log_det, mixed.log_det));
    return coupled;
  }
  T inverse(Ops& ops, const T& y, const T& condition) const {
    return norm.inverse(ops, mix.inverse(ops, coupling.inverse(ops, y, condition)));
  }

  // What of the inverse is the same for every frame.
  struct Folded {
    T unmix;  // (2D, 2D), the inverse of the mix
  };
  Folded folded(Ops& ops) const { return {ops.inverse(mix.matrix(ops))}; }
  // inverse() of the next frames of streams.
  T inverse_step(Ops& ops, const Folded& folded,
                 nn::Together<typename AffineCoupling<Ops>::Past> past, const T& y,
                 const T& condition) const {
    const T uncoupled = coupling.inverse_step(ops, past, y, condition);
    return norm.inverse(ops, ops.linear(uncoupled, folded.unmix));
  }

  ActNorm<Ops> norm;
  InvertibleMix<Ops> mix;
  AffineCoupling<Ops> coupling;
};

template <class Ops>
struct Flow {
  using T = ops::TensorOf<Ops>;
  Flow(params::Scope<Ops> p, int64_t latent, const FlowConfig& c) : width(latent) {
    for (int64_t i = 0; i < c.steps; ++i) steps.emplace_back(p / i, 2 * latent, i, c);
  }

  // z (B, T, D), condition (B, T/2, K) -> u (B, T/2, 2D), log_det (B, T/2)
  FlowOutput<Ops> forward(Ops& ops, const T& z, const T& condition) const {
    const T x = squeeze(ops, z);
    FlowOutput<Ops> result{x, ops.scale(ops.sum_last(x), 0)};
    for (const auto& step : steps) {
      auto next = step.forward(ops, result.value, condition);
      result.value = next.value;
      result.log_det = ops.add(result.log_det, next.log_det);
    }
    return result;
  }
  // u (B, T/2, 2D) -> z (B, T, D)
  T inverse(Ops& ops, const T& u, const T& condition) const {
    T x = u;
    for (size_t i = steps.size(); i-- > 0;) x = steps[i].inverse(ops, x, condition);
    return unsqueeze(ops, x);
  }

  using Folded = std::vector<typename FlowStep<Ops>::Folded>;
  Folded folded(Ops& ops) const {
    Folded all;
    for (const auto& step : steps) all.push_back(step.folded(ops));
    return all;
  }
  // What `batch` streams have heard, for each step.
  using Past = std::vector<typename AffineCoupling<Ops>::Past>;
  Past begin(Ops& ops, int64_t batch) const {
    Past past;
    for (const auto& step : steps) past.push_back(step.coupling.begin(ops, batch));
    return past;
  }
  // inverse() of the next frames of streams; the same bytes as of the whole.
  T inverse_step(Ops& ops, const Folded& folded, nn::Together<Past> past, const T& u,
                 const T& condition) const {
    T x = u;
    for (size_t i = steps.size(); i-- > 0;) {
      const auto heard = nn::parts_of(
          past, [i](Past & p) -> auto& { return p[i]; });
      x = steps[i].inverse_step(ops, folded[i], heard, x, condition);
    }
    return unsqueeze(ops, x);
  }

  T squeeze(Ops& ops, const T& z) const {
    const auto s = ops.shape(z);
    return ops.reshape(z, {s[0], s[1] / 2, 2 * s[2]});
  }
  T unsqueeze(Ops& ops, const T& u) const {
    const auto s = ops.shape(u);
    return ops.reshape(u, {s[0], s[1] * 2, s[2] / 2});
  }

  int64_t width;
  std::vector<FlowStep<Ops>> steps;
};

}  // namespace flowtalk::flow
