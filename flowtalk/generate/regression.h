// The regression family: a pair of frames of the condition to the latents of both, no chance in it.
// It is what is left of a flow without steps and likelihood: the predicted mean.
#pragma once

#include <vector>

#include "flowtalk/base/fields.h"
#include "flowtalk/generate/pair_network.h"

namespace flowtalk::generate {

struct RegressionConfig {
  int hidden = 256;

  template <class V>
  void fields(V&& field) {
    field("hidden", hidden, between(8, 2048), "width between condition and latents");
  }
};

struct RegressionLosses {
  float latent = 0;

  template <class V>
  void fields(V&& field) {
    field("latent", latent, between(0.0f, 100.0f),
          "weight of the squared error of standardised latents; 0: the motion alone is learnt");
  }
  bool any() const { return latent > 0; }
};

template <class Ops>
struct RegressionGenerator {
  using T = ops::TensorOf<Ops>;
  using Config = RegressionConfig;
  using Losses = RegressionLosses;
  static constexpr Kind kKind = Kind::kRegression;

  struct Prepared {
    T answer;  // (B, T, D), standardised

    template <class F>
    Prepared each(F&& f) const {
      return {f(answer)};
    }
  };

  RegressionGenerator(params::Scope<Ops> p, const Surroundings<Ops>& around, const Config& c)
      : scale(p, around.latent), network(p, around, c.hidden) {}

  Prepared prepare(Ops& ops, const Condition<Ops>& c) const { return {network(ops, c)}; }

  MotionLatents<Ops> sample(Ops& ops, const Prepared& c, const SampleOptions& options) const {
    const auto clips = static_cast<size_t>(ops.shape(c.answer)[0]), count = options.noises.size();
    FT_CHECK(count > 0 && (clips == 1 || clips == count), "{} clips, {} noises", clips, count);
    const T made = scale.restore(ops, c.answer);
    if (clips == count) return {made};
    return {ops.concat(std::vector<T>(count, made), 0)};
  }

  Learned<Ops> learn(Ops& ops, const T& z, const Prepared& c, const Losses& w, const Rng&) const {
    Learned<Ops> learned{{}, MotionLatents<Ops>{scale.restore(ops, c.answer)}};
    if (w.latent == 0) return learned;
    const T error = ops.sub(c.answer, scale.standardise(ops, z));
    learned.terms.push_back({"latent", ops.sum_last(ops.mul(error, error)),
                             static_cast<double>(network.latent), static_cast<double>(w.latent)});
    return learned;
  }

  LatentScale<Ops> scale;
  PairNetwork<Ops> network;
};

}  // namespace flowtalk::generate
