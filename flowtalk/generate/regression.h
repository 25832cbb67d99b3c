// The regression family: the condition to the latents, no chance in it. Over pairs of frames it is
// what is left of a flow without steps and likelihood: the predicted mean. Over a prior with
// posterior heads it predicts what enters these, and is as varied as they are.
#pragma once

#include <optional>
#include <vector>

#include "flowtalk/base/fields.h"
#include "flowtalk/base/rng.h"
#include "flowtalk/generate/network.h"

namespace flowtalk::generate {

struct RegressionConfig {
  NetworkConfig network;
  float temperature = 0;

  template <class V>
  void fields(V&& field) {
    network.fields(field);
    field("temperature", temperature, between(0.0f, 40.0f),
          "over a prior with posterior heads: where none is said");
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
    T answer;                                      // (B, T, D), standardised
    std::optional<T> log_variance = std::nullopt;  // (B, T, D), of a posterior around it

    template <class F>
    Prepared each(F&& f) const {
      Prepared changed{f(answer)};
      if (log_variance) changed.log_variance = f(*log_variance);
      return changed;
    }
  };

  RegressionGenerator(params::Scope<Ops> p, const Surroundings<Ops>& around, const Config& c)
      : scale(p, around.latent), network(p, around, c.network), middle(around.middle) {}

  Prepared prepare(Ops& ops, const Condition<Ops>& c) const {
    const T moved = network(ops, c);
    const T seen = c.rest ? ops.add(moved, *c.rest) : moved;
    if (!middle) return {seen};
    const auto posterior = (*middle)(ops, scale.restore(ops, seen));
    return {scale.standardise(ops, posterior.mean), posterior.log_variance};
  }

  MotionLatents<Ops> sample(Ops& ops, const Prepared& c, const SampleOptions& options) const {
    const auto clips = static_cast<size_t>(ops.shape(c.answer)[0]), count = options.noises.size();
    FT_CHECK(count > 0 && (clips == 1 || clips == count), "{} clips, {} noises", clips, count);
    const T made = scale.restore(ops, c.answer);
    const T each = clips == count ? made : ops.concat(std::vector<T>(count, made), 0);
    if (!c.log_variance) return {each};
    const T deviation = ops.exp(ops.scale(*c.log_variance, 0.5f));
    return {ops.add(each, ops.mul(deviation, noise(ops, ops.shape(each)[1], options)))};
  }

  Learned<Ops> learn(Ops& ops, const T& z, const Prepared& c, const Losses& w,
                     const std::vector<Rng>&) const {
    Learned<Ops> learned{{}, MotionLatents<Ops>{scale.restore(ops, c.answer)}};
    if (w.latent == 0) return learned;
    const T error = ops.sub(c.answer, scale.standardise(ops, z));
    learned.terms.push_back({"latent", ops.sum_last(ops.mul(error, error)),
                             static_cast<double>(network.latent), static_cast<double>(w.latent)});
    return learned;
  }

  LatentScale<Ops> scale;
  Network<Ops> network;
  std::optional<prior::PosteriorHeads<Ops>> middle;

 private:
  // (N, T, D), scaled by the temperatures
  T noise(Ops& ops, int64_t frames, const SampleOptions& options) const {
    const int64_t width = network.latent;
    std::vector<float> values;
    for (const NoiseAddress& a : options.noises) {
      if (options.given != nullptr) {
        for (const float e : options.given->block(options.given->eps, 0, frames * width)) {
          values.push_back(a.temperature * e);
        }
        continue;
      }
      for (int64_t t = 0; t < frames; ++t) {
        for (int64_t k = 0; k < width; ++k) {
          values.push_back(a.temperature * noise_normal(a.seed, a.take, static_cast<uint32_t>(t),
                                                        static_cast<uint32_t>(k)));
        }
      }
    }
    return ops.constant({static_cast<int64_t>(options.noises.size()), frames, width}, values);
  }
};

}  // namespace flowtalk::generate
