// The VAE prior: motion and one Gaussian latent per frame (Kingma and Welling, 2014).
#pragma once

#include "flowtalk/prior/conv_body.h"
#include "flowtalk/prior/prior.h"

namespace flowtalk::prior {

template <class Ops>
struct Vae {
  using T = ops::TensorOf<Ops>;
  using Config = ConvConfig;
  static constexpr Kind kKind = Kind::kVae;

  Vae(params::Scope<Ops> p, int64_t latent_width, const Config& c)
      : body(p, 2 * latent_width, latent_width, c), latent(latent_width) {}

  // motion (B, T, 53) -> posterior; log variances are bounded to [-8, 2].
  Posterior<Ops> encode(Ops& ops, const T& motion) const {
    const T both = body.encode(ops, motion);
    return {ops.slice(both, 2, 0, latent),
            ops.clamp(ops.slice(both, 2, latent, 2 * latent), -8, 2)};
  }
  // latents (B, T, D) -> motion (B, T, 53)
  T decode(Ops& ops, const T& z) const { return body.decode(ops, z); }

  // See ConvBody.
  using Past = typename ConvBody<Ops>::Past;
  Past begin(Ops& ops, int64_t batch) const { return body.begin(ops, batch); }
  T decode_step(Ops& ops, nn::Together<Past> past, const T& z) const {
    return body.decode_step(ops, past, z);
  }

  ConvBody<Ops> body;
  int64_t latent;
};

}  // namespace flowtalk::prior
