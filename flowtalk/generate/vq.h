// The VQ family, after ProbTalk3D (Wu et al., 2024): the condition to latents, and these to codes
// of the prior's codebook, the nearest or by chance near ones.
#pragma once

#include <vector>

#include "flowtalk/base/fields.h"
#include "flowtalk/generate/network.h"

namespace flowtalk::generate {

struct VqConfig {
  NetworkConfig network;

  template <class V>
  void fields(V&& field) {
    network.fields(field);
  }
};

struct VqLosses {
  float latent = 1;

  template <class V>
  void fields(V&& field) {
    field("latent", latent, between(0.0f, 100.0f), "weight of L1 between codes");
  }
  bool any() const { return latent > 0; }
};

template <class Ops>
struct VqGenerator {
  using T = ops::TensorOf<Ops>;
  using Config = VqConfig;
  using Losses = VqLosses;
  static constexpr Kind kKind = Kind::kVq;

  struct Prepared {
    T answer;  // (B, T, D), before it is replaced by codes

    template <class F>
    Prepared each(F&& f) const {
      return {f(answer)};
    }
  };

  VqGenerator(params::Scope<Ops> p, const Surroundings<Ops>& around, const Config& c)
      : scale(p, around.latent),
        network(p, around, c.network),
        quantiser(around.quantiser.value()) {}

  Prepared prepare(Ops& ops, const Condition<Ops>& c) const {
    return {scale.restore(ops, network(ops, c))};
  }

  MotionLatents<Ops> sample(Ops& ops, const Prepared& c, const SampleOptions& options) const {
    const auto shape = ops.shape(c.answer);
    const auto count = static_cast<int64_t>(options.noises.size());
    FT_CHECK(count > 0 && (shape[0] == 1 || shape[0] == count), "{} clips, {} noises", shape[0],
             count);
    std::vector<T> made;
    for (int64_t i = 0; i < count; ++i) {
      const T one = shape[0] == 1 ? c.answer : ops.slice(c.answer, 0, i, i + 1);
      const NoiseAddress& noise = options.noises[static_cast<size_t>(i)];
      made.push_back(codes_of(ops, one, noise, options.given).values);
    }
    return {ops.concat(made, 0)};
  }

  Learned<Ops> learn(Ops& ops, const T& z, const Prepared& c, const Losses& w,
                     const std::vector<Rng>&) const {
    const T codes = prior::straight_through(ops, c.answer, quantiser.nearest(ops, c.answer).values);
    Learned<Ops> learned{{}, MotionLatents<Ops>{codes}};
    if (w.latent == 0) return learned;
    const T error = ops.sub(codes, z), relu = ops.leaky_relu(error, 0);
    const T size = ops.sub(ops.scale(relu, 2), error);  // |e|
    learned.terms.push_back({"latent", ops.sum_last(size), static_cast<double>(ops.shape(z)[2]),
                             static_cast<double>(w.latent)});
    return learned;
  }

  LatentScale<Ops> scale;
  Network<Ops> network;
  prior::Quantiser<Ops> quantiser;

 private:
  // Of one clip (1, T, D).
  prior::Quantised<Ops> codes_of(Ops& ops, const T& answer, const NoiseAddress& noise,
                                 const GivenChance* given) const {
    if (noise.temperature == 0) return quantiser.nearest(ops, answer);
    const auto shape = ops.shape(answer);
    const int64_t width = quantiser.config.width, pieces = shape[2] / width;
    if (given != nullptr) {
      return quantiser.sampled(ops, answer, noise.temperature,
                               given->block(given->uniforms, 0, shape[1] * shape[2] / width));
    }
    std::vector<float> uniforms;
    for (int64_t row = 0; row < shape[1] * shape[2] / width; ++row) {
      uniforms.push_back(noise_uniform(noise.seed, noise.take, static_cast<uint32_t>(row / pieces),
                                       static_cast<uint32_t>(row % pieces)));
    }
    return quantiser.sampled(ops, answer, noise.temperature, uniforms);
  }
};

}  // namespace flowtalk::generate
