// A motion prior of whichever kind a checkpoint says.
#pragma once

#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <variant>

#include "flowtalk/base/error.h"
#include "flowtalk/prior/none.h"
#include "flowtalk/prior/sequence_prior.h"
#include "flowtalk/prior/vae.h"
#include "flowtalk/prior/vqvae.h"

namespace flowtalk::prior {

// Which kind, and its sizes.
struct PriorConfig {
  Kind kind = Kind::kVae;
  int latent = 32;
  ConvConfig vae;
  VqvaeConfig vqvae;
  NoneConfig none;
  SequenceConfig sequence_vae;
  SequenceVqConfig sequence_vqvae;

  template <class V>
  void fields(V&& field) {
    field("kind", kind, "kind of motion prior");
    field("latent", latent, between(2, 1000000), "latent channels per frame");
    field("vae", vae, "sizes of a VAE");
    field("vqvae", vqvae, "sizes of a VQ-VAE");
    field("sequence_vae", sequence_vae, "sizes of ProbTalk3D's VAE");
    field("sequence_vqvae", sequence_vqvae, "sizes of ProbTalk3D's VQ-VAE");
  }
  auto parts() const { return std::tie(vae, vqvae, none, sequence_vae, sequence_vqvae); }
  // Error: latents that do not fit the kind, of motion with so many values a frame. `where` is a
  // file.
  void check(const std::string& where, int64_t values = motion::kLive) const {
    if (kind == Kind::kNone && latent != values) {
      fail("{}: without a motion prior there are {} latents, model.prior.latent is {}", where,
           values, latent);
    }
    if (kind != Kind::kNone && values != motion::kLive) {
      fail("{}: a motion prior of the kind {} decodes no vertices; set model.prior.kind none",
           where, text_of(kind));
    }
    if (kind == Kind::kVqvae) check_codes(vqvae.quantiser, where);
    if (kind == Kind::kSequenceVqvae) check_codes(sequence_vqvae.quantiser, where);
  }

 private:
  void check_codes(const QuantiserConfig& codes, const std::string& where) const {
    if (latent % codes.width == 0) return;
    fail(
        "{}: {} latents are no whole number of codes of {}; set model.prior.latent or "
        "model.prior.{}.quantiser.width",
        where, latent, codes.width, text_of(kind));
  }
};

// Of a model whose latents are the standardised motion.
inline PriorConfig without_prior(int64_t values = motion::kLive) {
  PriorConfig config;
  config.kind = Kind::kNone;
  config.latent = static_cast<int>(values);
  return config;
}

template <class Ops>
class AnyPrior {
 public:
  using T = ops::TensorOf<Ops>;
  using Kinds = std::variant<Vae<Ops>, Vqvae<Ops>, None<Ops>, SequenceVae<Ops>, SequenceVqVae<Ops>>;

  AnyPrior(params::Scope<Ops> p, const PriorConfig& config) : kinds_(make(p, config)) {}

  // See prior.h.
  Posterior<Ops> encode(Ops& ops, const T& motion) const {
    return std::visit([&](const auto& prior) { return prior.encode(ops, motion); }, kinds_);
  }
  T decode(Ops& ops, const T& z) const {
    return std::visit([&](const auto& prior) { return prior.decode(ops, z); }, kinds_);
  }

  // Of a prior that decodes step by step (see ConvBody): the beginning of `batch` streams, and
  // their next frames.
  using Past = typename ConvBody<Ops>::Past;
  Past begin(Ops& ops, int64_t batch) const {
    return stepping([&](const auto& prior) { return prior.begin(ops, batch); });
  }
  T decode_step(Ops& ops, nn::Together<Past> past, const T& z) const {
    return stepping([&](const auto& prior) { return prior.decode_step(ops, past, z); });
  }

  // Of a prior with codes; none: it has none.
  std::optional<Quantiser<Ops>> quantiser() const {
    return std::visit(
        [](const auto& prior) -> std::optional<Quantiser<Ops>> {
          if constexpr (requires { prior.quantiser; }) return prior.quantiser;
          return std::nullopt;
        },
        kinds_);
  }
  // Of a prior whose encoder a predictor can stand in for; none: it has none.
  std::optional<PosteriorHeads<Ops>> middle() const {
    return std::visit(
        [](const auto& prior) -> std::optional<PosteriorHeads<Ops>> {
          if constexpr (requires { prior.middle; }) return prior.middle;
          return std::nullopt;
        },
        kinds_);
  }

 private:
  // use(prior), which is of a kind that steps.
  template <class Use>
  auto stepping(const Use& use) const {
    using Result = decltype(use(std::get<Vae<Ops>>(kinds_)));
    return std::visit(
        [&](const auto& prior) -> Result {
          using P = std::remove_cvref_t<decltype(prior)>;
          if constexpr (requires { typename P::Past; }) {
            return use(prior);
          } else {
            FT_CHECK(false, "a motion prior of the kind {} does not step", text_of(P::kKind));
          }
        },
        kinds_);
  }

  template <size_t I = 0>
  static Kinds make(params::Scope<Ops> p, const PriorConfig& config) {
    using P = std::variant_alternative_t<I, Kinds>;
    static_assert(Prior<P, Ops>);
    if (config.kind == P::kKind) {
      const auto& part = std::get<const typename P::Config&>(config.parts());
      return Kinds(std::in_place_index<I>, p, config.latent, part);
    }
    if constexpr (I + 1 < std::variant_size_v<Kinds>) return make<I + 1>(p, config);
    fail("no motion prior of the kind '{}'", text_of(config.kind));
  }

  Kinds kinds_;
};

}  // namespace flowtalk::prior
