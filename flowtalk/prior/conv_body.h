// The convolutions of the priors that are trained here: between FLAME motion (B, T, 53) at 25 fps
// and channels per frame. The encoder sees a few frames on both sides, the decoder only the past,
// so that decoding streams. Norms are per frame. Motion is standardised per channel; the scaler is
// in the checkpoint.
#pragma once

#include <cstdint>
#include <vector>

#include "flowtalk/base/fields.h"
#include "flowtalk/nn/residual_conv.h"
#include "flowtalk/prior/motion_scale.h"

namespace flowtalk::prior {

struct ConvConfig {
  int hidden = 128, layers = 3, kernel = 5;

  template <class V>
  void fields(V&& field) {
    field("hidden", hidden, between(8, 2048), "width of encoder and decoder");
    field("layers", layers, between(1, 24), "residual convolutions of each");
    field("kernel", kernel, between(1, 31), "frames that one convolution sees");
  }
};

// E channels out of the encoder, D latents into the decoder.
template <class Ops>
struct ConvBody {
  using T = ops::TensorOf<Ops>;
  ConvBody(params::Scope<Ops> p, int64_t encoded, int64_t latent, const ConvConfig& c)
      : scale(p),
        encoder_in(p / "encoder_in", motion::kLive, c.hidden),
        encoder_norm(p / "encoder_norm", c.hidden),
        encoder_out(p / "encoder_out", c.hidden, encoded),
        decoder_in(p / "decoder_in", latent, c.hidden),
        decoder_norm(p / "decoder_norm", c.hidden),
        decoder_out(p / "decoder_out", c.hidden, motion::kLive) {
    for (int64_t i = 0; i < c.layers; ++i) {
      encoder_layers.emplace_back(p / "encoder_layer" / i, c.hidden, c.kernel,
                                  nn::same_length(c.kernel, c.kernel / 2));
      decoder_layers.emplace_back(p / "decoder_layer" / i, c.hidden, c.kernel,
                                  nn::same_length(c.kernel, 0));
    }
  }

  // motion (B, T, 53) -> (B, T, E)
  T encode(Ops& ops, const T& motion) const {
    T x = encoder_in(ops, scale.standardise(ops, motion));
    for (const auto& layer : encoder_layers) x = layer(ops, x);
    return encoder_out(ops, encoder_norm(ops, x));
  }
  // latents (B, T, D) -> motion (B, T, 53)
  T decode(Ops& ops, const T& z) const {
    T x = decoder_in(ops, z);
    for (const auto& layer : decoder_layers) x = layer(ops, x);
    return scale.restore(ops, decoder_out(ops, decoder_norm(ops, x)));
  }

  // What `batch` streams have decoded, for each layer.
  using Past = std::vector<nn::ConvPast<Ops>>;
  Past begin(Ops& ops, int64_t batch) const {
    Past past;
    for (const auto& layer : decoder_layers) past.push_back(layer.conv.begin(ops, batch));
    return past;
  }
  // decode() of the next frames of streams; the same bytes as of the whole.
  T decode_step(Ops& ops, nn::Together<Past> past, const T& z) const {
    T x = decoder_in(ops, z);
    for (size_t i = 0; i < decoder_layers.size(); ++i) {
      const auto heard = nn::parts_of(
          past, [i](Past & p) -> auto& { return p[i]; });
      x = decoder_layers[i].step(ops, heard, x);
    }
    return scale.restore(ops, decoder_out(ops, decoder_norm(ops, x)));
  }

  MotionScale<Ops> scale;
  nn::Linear<Ops> encoder_in;
  nn::LayerNorm<Ops> encoder_norm;
  nn::Linear<Ops> encoder_out, decoder_in;
  nn::LayerNorm<Ops> decoder_norm;
  nn::Linear<Ops> decoder_out;
  std::vector<nn::ResidualConv<Ops>> encoder_layers, decoder_layers;
};

}  // namespace flowtalk::prior
