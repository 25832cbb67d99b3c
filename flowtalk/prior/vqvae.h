// The VQ-VAE prior (van den Oord et al., 2017): each frame is a few codes of a learnt codebook.
#pragma once

#include "flowtalk/prior/conv_body.h"
#include "flowtalk/prior/prior.h"
#include "flowtalk/prior/quantiser.h"

namespace flowtalk::prior {

struct VqvaeConfig {
  ConvConfig body;
  QuantiserConfig quantiser;

  template <class V>
  void fields(V&& field) {
    body.fields(field);
    field("quantiser", quantiser, "the codes");
  }
};

template <class Ops>
struct Vqvae {
  using T = ops::TensorOf<Ops>;
  using Config = VqvaeConfig;
  static constexpr Kind kKind = Kind::kVqvae;

  Vqvae(params::Scope<Ops> p, int64_t latent_width, const Config& c)
      : body(p, latent_width, latent_width, c.body),
        quantiser(p / "quantiser", latent_width, c.quantiser) {}

  // motion (B, T, 53) -> the codes of its frames, certain
  Posterior<Ops> encode(Ops& ops, const T& motion) const {
    return coded_by(ops, quantiser, body.encode(ops, motion));
  }
  // latents (B, T, D) -> motion (B, T, 53); they are codes, as whoever made them sees to
  T decode(Ops& ops, const T& z) const { return body.decode(ops, z); }

  ConvBody<Ops> body;
  Quantiser<Ops> quantiser;
};

}  // namespace flowtalk::prior
