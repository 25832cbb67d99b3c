// What a family of generators offers: condition in, motion latents out. families.h lists the
// families, any.h chooses one by the kind of a checkpoint.
//
// Shapes: B clips, N samples, T frames (even where a network takes them in pairs), K condition
// width, D latent width.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "flowtalk/base/noise.h"
#include "flowtalk/base/rng.h"
#include "flowtalk/condition/conditioner.h"
#include "flowtalk/diffusion/sampler.h"
#include "flowtalk/generate/chance.h"
#include "flowtalk/generate/families.h"
#include "flowtalk/params/scope.h"
#include "flowtalk/prior/quantiser.h"
#include "flowtalk/prior/sequence_prior.h"

namespace flowtalk::generate {

using condition::Condition;

// What a generator makes and a motion prior decodes.
template <class Ops>
struct MotionLatents {
  ops::TensorOf<Ops> values;  // (N, T, D) at 25 Hz
};

// What every family is told of its surroundings.
template <class Ops>
struct Surroundings {
  int64_t condition = 0, latent = 0;                              // K, D
  std::optional<prior::Quantiser<Ops>> quantiser = std::nullopt;  // of a prior with codes
  // Of a prior whose encoder a predictor can stand in for.
  std::optional<prior::PosteriorHeads<Ops>> middle = std::nullopt;
};

// What a sample is asked for. A family with more to ask adds it here, and to its row in families.h
// who may ask.
struct SampleOptions {
  // One per clip, or, of one clip, one per sample. Families without chance take only their number.
  std::span<const NoiseAddress> noises;
  // Of families with steps: how many are left out at the noisy end, and how each is taken. None: as
  // the model says.
  std::optional<int> skip_steps = std::nullopt;
  std::optional<diffusion::Sampler> sampler = std::nullopt;
  // In the place of what the seeds of the noises say, for each of them; temperatures still count.
  const GivenChance* given = nullptr;
};

// A loss of a family's own, beside those on motion that all share.
template <class Ops>
struct Term {
  std::string name;
  ops::TensorOf<Ops> values;  // per frame, or per group of as many frames as fit: (B, T / group)
  double per_frame = 1;       // numbers that one value sums over; the mean is divided by them
  double weight = 0;
};

// What a family takes from latents that it is to make.
template <class Ops>
struct Learned {
  std::vector<Term<Ops>> terms;  // those of weights that are not 0
  // What it would make, for losses on the motion; none: they are those of its samples.
  std::optional<MotionLatents<Ops>> estimate = std::nullopt;
};

// Latents are standardised per channel; the scale is in the checkpoint.
template <class Ops>
struct LatentScale {
  using T = ops::TensorOf<Ops>;
  LatentScale(params::Scope<Ops> p, int64_t latent)
      : mean(p.buffer("latent_mean", {latent}, params::zeros())),
        sd(p.buffer("latent_sd", {latent}, params::ones())) {}

  T standardise(Ops& ops, const T& z) const { return ops.div(ops.sub(z, mean), sd); }
  T restore(Ops& ops, const T& x) const { return ops.add(ops.mul(x, sd), mean); }

  T mean, sd;  // (D)
};

// Every family. G(Scope, Surroundings, Config) makes the layers; parameters lie under generator/.
//   kKind      its row in families.h
//   Config     its sizes, Losses the weights of its terms: field tables; Losses::any: is one not 0?
//   Prepared   what it computes once per condition; each(f) applies f to all tensors in it
//   prepare    Condition -> Prepared
//   sample     one set of latents per noise, differentiable where the backend is
//   learn      training: from latents z (B, T, D), by the weights; `chances` is what may be drawn,
//              one stream per clip
//   scale      LatentScale
template <class G, class Ops>
concept Generator = std::constructible_from < G,
        params::Scope<Ops>, Surroundings<Ops>,
typename G::Config > &&requires(const G& g, Ops& ops, const Condition<Ops>& c,
                                const typename G::Prepared& prepared, const SampleOptions& options,
                                const ops::TensorOf<Ops>& z, const typename G::Losses& losses,
                                const std::vector<Rng>& chances) {
  { G::kKind } -> std::convertible_to<Kind>;
  { losses.any() } -> std::same_as<bool>;
  { g.prepare(ops, c) } -> std::same_as<typename G::Prepared>;
  { g.sample(ops, prepared, options) } -> std::same_as<MotionLatents<Ops>>;
  { g.learn(ops, z, prepared, losses, chances) } -> std::same_as<Learned<Ops>>;
  { g.scale } -> std::convertible_to<const LatentScale<Ops>&>;
};

// What a density says of given latents, per group of as many frames as `residual` has fewer.
template <class Ops>
struct Judged {
  ops::TensorOf<Ops> log_prob;  // of standardised latents, natural logarithm: (B, T/2)
  ops::TensorOf<Ops> residual;  // r, what the condition does not say of them: (B, T/2, 2D)
};

// Families that know how likely latents are, and can play a residual under another condition.
//   log_prob, judge  of latents z (B, T, D)
//   from_residual    the inverse: r -> latents
//   rho              (2D), the AR(1) coefficient of r, which has unit variance
template <class G, class Ops>
concept Density = Generator<G, Ops> && requires(const G& g, Ops& ops, const ops::TensorOf<Ops>& z,
                                                const typename G::Prepared& prepared) {
  { g.log_prob(ops, z, prepared) } -> std::same_as<ops::TensorOf<Ops>>;
  { g.judge(ops, z, prepared) } -> std::same_as<Judged<Ops>>;
  { g.from_residual(ops, z, prepared) } -> std::same_as<MotionLatents<Ops>>;
  { g.rho(ops) } -> std::same_as<ops::TensorOf<Ops>>;
};

// Families that can go on where they stopped, for live streams: the samples of all steps, one after
// the other, are those of the whole condition.
//   begin      the state before the first frame
//   step       the latents of the next frames of some performances; moves their states on
template <class G, class Ops>
concept Stepwise = Generator<G, Ops> &&
    requires(const G& g, Ops& ops, nn::Together<typename G::State> states,
             const typename G::Prepared& prepared, const SampleOptions& options) {
  { g.begin(ops, options) } -> std::same_as<typename G::State>;
  { g.step(ops, states, prepared) } -> std::same_as<MotionLatents<Ops>>;
};

// Families whose layers start from data: before the first step of training, `whiten(path, x)` is
// called for each norm with what enters it, (B, T/2, 2D), and sets the norm (path/bias,
// path/log_scale) so that real frames of x leave it with mean 0 and deviation 1.
template <class G, class Ops, class Whiten>
concept StartsFromData = requires(const G& g, Ops& ops, const ops::TensorOf<Ops>& z,
                                  const typename G::Prepared& prepared, Whiten whiten) {
  g.start_from_data(ops, z, prepared, whiten);
};

}  // namespace flowtalk::generate
