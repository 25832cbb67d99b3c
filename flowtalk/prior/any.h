// A motion prior of whichever kind a checkpoint says.
#pragma once

#include <tuple>
#include <utility>
#include <variant>

#include "flowtalk/base/error.h"
#include "flowtalk/prior/vae.h"

namespace flowtalk::prior {

// Which kind, and its sizes.
struct PriorConfig {
  Kind kind = Kind::kVae;
  int latent = 32;
  VaeConfig vae;

  template <class V>
  void fields(V&& field) {
    field("kind", kind, "kind of motion prior");
    field("latent", latent, between(2, 1024), "latent channels per frame");
    field("vae", vae, "sizes of a VAE");
  }
  auto parts() const { return std::tie(vae); }
};

template <class Ops>
class AnyPrior {
 public:
  using T = ops::TensorOf<Ops>;
  using Kinds = std::variant<Vae<Ops>>;

  AnyPrior(params::Scope<Ops> p, const PriorConfig& config) : kinds_(make(p, config)) {}

  // See prior.h.
  Posterior<Ops> encode(Ops& ops, const T& motion) const {
    return std::visit([&](const auto& prior) { return prior.encode(ops, motion); }, kinds_);
  }
  T decode(Ops& ops, const T& z) const {
    return std::visit([&](const auto& prior) { return prior.decode(ops, z); }, kinds_);
  }

 private:
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
