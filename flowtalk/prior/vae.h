// The VAE prior: between FLAME motion (B, T, 53) at 25 fps and latents (B, T, D), one
// latent per frame. The encoder sees a few frames on both sides, the decoder only the past, so that
// decoding streams. Norms are per frame. Motion is standardised per channel; the scaler is in the
// checkpoint.
#pragma once

#include <vector>

#include "flowtalk/base/fields.h"
#include "flowtalk/motion/layout.h"
#include "flowtalk/nn/residual_conv.h"
#include "flowtalk/prior/prior.h"

namespace flowtalk::prior {

struct VaeConfig {
  int hidden = 128, layers = 3, kernel = 5;

  template <class V>
  void fields(V&& field) {
    field("hidden", hidden, between(8, 2048), "width of encoder and decoder");
    field("layers", layers, between(1, 24), "residual convolutions of each");
    field("kernel", kernel, between(1, 31), "frames that one convolution sees");
  }
};

template <class Ops>
struct Vae {
  using T = ops::TensorOf<Ops>;
  using Config = VaeConfig;
  static constexpr Kind kKind = Kind::kVae;

  Vae(params::Scope<Ops> p, int64_t latent_width, const VaeConfig& c)
      : motion_mean(p.buffer("motion_mean", {motion::kLive}, params::zeros())),
        motion_sd(p.buffer("motion_sd", {motion::kLive}, params::ones())),
        encoder_in(p / "encoder_in", motion::kLive, c.hidden),
        encoder_norm(p / "encoder_norm", c.hidden),
        encoder_out(p / "encoder_out", c.hidden, 2 * latent_width),
        decoder_in(p / "decoder_in", latent_width, c.hidden),
        decoder_norm(p / "decoder_norm", c.hidden),
        decoder_out(p / "decoder_out", c.hidden, motion::kLive),
        latent(latent_width) {
    for (int64_t i = 0; i < c.layers; ++i) {
      encoder_layers.emplace_back(p / "encoder_layer" / i, c.hidden, c.kernel,
                                  nn::same_length(c.kernel, c.kernel / 2));
      decoder_layers.emplace_back(p / "decoder_layer" / i, c.hidden, c.kernel,
                                  nn::same_length(c.kernel, 0));
    }
  }

  // motion (B, T, 53) -> posterior; log variances are bounded to [-8, 2].
  Posterior<Ops> encode(Ops& ops, const T& motion) const {
    T x = encoder_in(ops, ops.div(ops.sub(motion, motion_mean), motion_sd));
    for (const auto& layer : encoder_layers) x = layer(ops, x);
    const T both = encoder_out(ops, encoder_norm(ops, x));
    return {ops.slice(both, 2, 0, latent),
            ops.clamp(ops.slice(both, 2, latent, 2 * latent), -8, 2)};
  }
  // latents (B, T, D) -> motion (B, T, 53)
  T decode(Ops& ops, const T& z) const {
    T x = decoder_in(ops, z);
    for (const auto& layer : decoder_layers) x = layer(ops, x);
    const T y = decoder_out(ops, decoder_norm(ops, x));
    return ops.add(ops.mul(y, motion_sd), motion_mean);
  }

  T motion_mean, motion_sd;  // (53)
  nn::Linear<Ops> encoder_in;
  nn::LayerNorm<Ops> encoder_norm;
  nn::Linear<Ops> encoder_out, decoder_in;
  nn::LayerNorm<Ops> decoder_norm;
  nn::Linear<Ops> decoder_out;
  std::vector<nn::ResidualConv<Ops>> encoder_layers, decoder_layers;
  int64_t latent;
};

}  // namespace flowtalk::prior
