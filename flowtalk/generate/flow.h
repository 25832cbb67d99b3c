// The flow family: AR(1) noise around a predicted mean and deviation, through a conditional
// normalizing flow. Derivation: docs/math/flow.md.
//
//   c (B, T, K) -> base mean and deviation (B, T/2, 2D), flow condition (B, T/2, F)
//   base sample u (B, T/2, 2D) -> flow inverse -> latents z (B, T, D)
#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "flowtalk/base/recycled.h"
#include "flowtalk/flow/ar_base.h"
#include "flowtalk/flow/flow.h"
#include "flowtalk/generate/generator.h"
#include "flowtalk/nn/linear.h"

namespace flowtalk::generate {

struct FlowLosses {
  float nll = 0.3f, latent = 0;

  template <class V>
  void fields(V&& field) {
    field("nll", nll, between(0.0f, 100.0f),
          "weight of the negative log-likelihood; 0: the base mean alone is trained");
    field(
        "latent", latent, between(0.0f, 100.0f),
        "weight of the squared error of standardised latents at temperature 0, as a regression's");
  }
  bool any() const { return nll > 0 || latent > 0; }
};

template <class Ops>
struct FlowGenerator {
  using T = ops::TensorOf<Ops>;
  using Config = flow::FlowConfig;
  using Losses = FlowLosses;
  static constexpr Kind kKind = Kind::kFlow;

  // At the squeezed rate of 12.5 Hz.
  struct Prepared {
    T condition;                     // (B, T/2, F)
    flow::BaseParameters<Ops> base;  // (B, T/2, 2D)
    // (B, T, D), added to what the flow makes of u; then the mean of the base is zero.
    std::optional<T> shift = std::nullopt;

    template <class F>
    Prepared each(F&& f) const {
      Prepared changed{f(condition), {f(base.mean), f(base.log_sd)}};
      if (shift) changed.shift = f(*shift);
      return changed;
    }
  };

  FlowGenerator(params::Scope<Ops> p, const Surroundings<Ops>& around, const Config& c)
      : scale(p, around.latent),
        base_inner(p / "base_inner", 2 * around.condition, 2 * around.condition),
        base_outer(p / "base_outer", 2 * around.condition, 4 * around.latent,
                   params::normal(0.01f)),
        flow_condition(p / "flow_condition", 2 * around.condition, c.condition),
        flow(p / "flow", around.latent, c),
        base(p / "base", 2 * around.latent, c.white_base),
        latent(around.latent),
        shifts(c.shift) {}

  Prepared prepare(Ops& ops, const Condition<Ops>& c) const {
    const auto shape = ops.shape(c.values);
    const T pairs = ops.reshape(c.values, {shape[0], shape[1] / 2, 2 * shape[2]});
    const T both = base_outer(ops, ops.gelu(base_inner(ops, pairs)));
    const T mean = ops.slice(both, 2, 0, 2 * latent);
    const T log_sd = ops.clamp(ops.slice(both, 2, 2 * latent, 4 * latent), -2, 1);
    if (!shifts) return {flow_condition(ops, pairs), {mean, log_sd}};
    return {flow_condition(ops, pairs), {ops.scale(mean, 0), log_sd}, flow.unsqueeze(ops, mean)};
  }

  // Of one clip under N noises, what the flow makes of the condition is made once.
  MotionLatents<Ops> sample(Ops& ops, const Prepared& c, const SampleOptions& options) const {
    const int64_t clips = ops.shape(c.base.mean)[0];
    const auto count = static_cast<int64_t>(options.noises.size());
    FT_CHECK(count > 0 && (clips == 1 || clips == count), "{} clips, {} noises", clips, count);
    std::vector<T> drawn;
    for (int64_t i = 0; i < count; ++i) {
      const auto row = [&](const T& x) { return clips == 1 ? x : ops.slice(x, 0, i, i + 1); };
      const flow::BaseParameters<Ops> one{row(c.base.mean), row(c.base.log_sd)};
      drawn.push_back(base.sample(ops, one, options.noises[static_cast<size_t>(i)]));
    }
    return latents_of(ops, ops.concat(drawn, 0), c);
  }

  // What of the layers is the same for every frame of every stream.
  struct Folded {
    typename flow::Flow<Ops>::Folded flow;
    std::vector<float> rho;  // (2D)
  };
  std::shared_ptr<const Folded> folded(Ops& ops) const {
    return std::make_shared<const Folded>(Folded{flow.folded(ops), ops.to_host(base.rho(ops))});
  }

  // One performance under some noises, as far as it has come.
  struct State {
    std::shared_ptr<const Folded> folded;
    std::vector<NoiseAddress> noises;     // temperatures may change between steps
    std::vector<std::vector<float>> r;    // (2D) of the base, for each noise
    typename flow::Flow<Ops>::Past past;  // of as many streams as there are noises
    int64_t pairs = 0;                    // of frames that are made
  };
  State begin(Ops& ops, const SampleOptions& options) const {
    return begin(ops, options, folded(ops));
  }
  State begin(Ops& ops, const SampleOptions& options, std::shared_ptr<const Folded> made) const {
    const auto count = options.noises.size();
    State state{std::move(made), {options.noises.begin(), options.noises.end()}, {}, {}, 0};
    state.r.assign(count, std::vector<float>(static_cast<size_t>(2 * latent), 0.0f));
    state.past = flow.begin(ops, static_cast<int64_t>(count));
    return state;
  }
  // c (B, n, ...) of the next n pairs of B performances of one model -> latents (N, 2n, D) under
  // each noise of the first, then of the second ...
  MotionLatents<Ops> step(Ops& ops, nn::Together<State> states, const Prepared& c) const {
    RecycledVector<T> drawn;
    for (size_t s = 0; s < states.size(); ++s) {
      const auto of_this = [&](const T& x) { return row(ops, x, s); };
      const Prepared own = states.size() == 1 ? c : c.each(of_this);
      for (size_t i = 0; i < states[s]->noises.size(); ++i) {
        drawn.push_back(drawn_next(ops, own.base, *states[s], i));
      }
      states[s]->pairs += ops.shape(c.base.mean)[1];
    }
    const Prepared under = states.size() == 1 ? c : c.each([&](const T& x) {
      RecycledVector<T> rows;
      for (size_t s = 0; s < states.size(); ++s) {
        rows.insert(rows.end(), states[s]->noises.size(), row(ops, x, s));
      }
      return ops.concat(rows, 0);
    });
    const auto past = nn::parts_of(
        states, [](State & state) -> auto& { return state.past; });
    const T made = flow.inverse_step(ops, states.front()->folded->flow, past, ops.concat(drawn, 0),
                                     under.condition);
    return {scale.restore(ops, under.shift ? ops.add(made, *under.shift) : made)};
  }

  Learned<Ops> learn(Ops& ops, const T& z, const Prepared& c, const Losses& w,
                     const std::vector<Rng>&) const {
    Learned<Ops> learned;
    if (w.nll > 0) {
      learned.terms.push_back({"nll", ops.scale(log_prob(ops, z, c), -1),
                               static_cast<double>(2 * latent), static_cast<double>(w.nll)});
    }
    if (w.latent > 0) {
      const T typical = latents_of(ops, c.base.mean, c).values;
      const T error = ops.sub(scale.standardise(ops, typical), scale.standardise(ops, z));
      learned.terms.push_back({"latent", ops.sum_last(ops.mul(error, error)),
                               static_cast<double>(latent), static_cast<double>(w.latent)});
    }
    return learned;
  }

  T log_prob(Ops& ops, const T& z, const Prepared& c) const {
    const auto out = to_base(ops, z, c);
    return ops.add(base.log_prob(ops, out.value, c.base), out.log_det);
  }
  Judged<Ops> judge(Ops& ops, const T& z, const Prepared& c) const {
    const auto out = to_base(ops, z, c);
    return {ops.add(base.log_prob(ops, out.value, c.base), out.log_det),
            base.residual(ops, out.value, c.base)};
  }
  MotionLatents<Ops> from_residual(Ops& ops, const T& r, const Prepared& c) const {
    return latents_of(ops, ops.add(c.base.mean, ops.mul(ops.exp(c.base.log_sd), r)), c);
  }
  T rho(Ops& ops) const { return base.rho(ops); }

  template <class Whiten>
  void start_from_data(Ops& ops, const T& z, const Prepared& c, Whiten&& whiten) const {
    const T standard = scale.standardise(ops, z);
    T x = flow.squeeze(ops, c.shift ? ops.sub(standard, *c.shift) : standard);
    for (size_t i = 0; i < flow.steps.size(); ++i) {
      whiten("flow/" + std::to_string(i) + "/norm", x);
      x = flow.steps[i].forward(ops, x, c.condition).value;
    }
  }

  // latents (B, T, D) -> base variable u (B, T/2, 2D) and log_det (B, T/2) of standardised latents
  flow::FlowOutput<Ops> to_base(Ops& ops, const T& z, const Prepared& c) const {
    const T standard = scale.standardise(ops, z);
    return flow.forward(ops, c.shift ? ops.sub(standard, *c.shift) : standard, c.condition);
  }
  // u (N, T/2, 2D) of the base -> latents (N, T, D); c of N clips, or of one
  MotionLatents<Ops> latents_of(Ops& ops, const T& u, const Prepared& c) const {
    const T made = flow.inverse(ops, u, c.condition);
    return {scale.restore(ops, c.shift ? ops.add(made, *c.shift) : made)};
  }

  LatentScale<Ops> scale;
  nn::Linear<Ops> base_inner, base_outer, flow_condition;
  flow::Flow<Ops> flow;
  flow::ArBase<Ops> base;
  int64_t latent;
  bool shifts;

 private:
  T row(Ops& ops, const T& x, size_t i) const {
    const auto at = static_cast<int64_t>(i);
    return ops.slice(x, 0, at, at + 1);
  }
  // u (1, n, 2D) of the next pairs under one noise
  T drawn_next(Ops& ops, const flow::BaseParameters<Ops>& c, State& state, size_t i) const {
    const NoiseAddress& noise = state.noises[i];
    std::vector<float>& r = state.r[i];
    const bool still = std::all_of(r.begin(), r.end(), [](float v) { return v == 0; });
    if (noise.temperature == 0 && still) return c.mean;
    const int64_t pairs = ops.shape(c.mean)[1], width = 2 * latent;
    RecycledVector<float> all;
    for (int64_t t = 0; t < pairs; ++t) {
      for (size_t k = 0; k < r.size(); ++k) {
        r[k] = flow::ArBase<Ops>::next(r[k], state.folded->rho[k], noise, state.pairs + t,
                                       static_cast<int64_t>(k));
      }
      all.insert(all.end(), r.begin(), r.end());
    }
    const T residual = ops.constant({1, pairs, width}, all);
    return ops.add(c.mean, ops.mul(ops.exp(c.log_sd), residual));
  }
};

}  // namespace flowtalk::generate
