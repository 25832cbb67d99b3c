// The priors of ProbTalk3D, its stage 1: sequence networks to latents and back, one latent per
// frame, between them codes (SequenceVqVae) or a Gaussian (SequenceVae). Every frame depends on the
// whole clip, in both directions.
//
// Shapes: B clips, T frames at 25 Hz, D latent width.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "flowtalk/base/fields.h"
#include "flowtalk/motion/layout.h"
#include "flowtalk/nn/linear.h"
#include "flowtalk/nn/sequence_block.h"
#include "flowtalk/prior/prior.h"
#include "flowtalk/prior/quantiser.h"

namespace flowtalk::prior {

struct SequenceConfig {
  int blocks = 6, heads = 8, inner = 384;

  template <class V>
  void fields(V&& field) {
    field("blocks", blocks, between(1, 24), "transformer blocks of a network");
    field("heads", heads, between(1, 64), "attention heads of a block; a divisor of the width");
    field("inner", inner, between(8, 8192), "width between the linear maps of a block");
  }
  nn::SequenceSizes sizes(int64_t latent) const { return {latent, blocks, heads, inner}; }
};

// The scaling of ProbTalk3D, for the buffers motion_mean and motion_sd: expression (x + 3) / 6, jaw
// (x + 0.1) / 0.6.
struct MotionScaling {
  std::vector<float> mean, sd;  // (53)
};
inline MotionScaling probtalk3d_scaling() {
  MotionScaling scaling{std::vector<float>(motion::kLive, -3.0f),
                        std::vector<float>(motion::kLive, 6.0f)};
  for (size_t i = motion::kJawAt; i < motion::kLive; ++i) {
    scaling.mean[i] = -0.1f;
    scaling.sd[i] = 0.6f;
  }
  return scaling;
}

// What both priors have around their middle.
template <class Ops>
struct SequenceCoder {
  using T = ops::TensorOf<Ops>;

  SequenceCoder(params::Scope<Ops> p, int64_t latent, const SequenceConfig& c)
      : motion_mean(p.buffer("motion_mean", {motion::kLive}, params::zeros())),
        motion_sd(p.buffer("motion_sd", {motion::kLive}, params::ones())),
        encoder_in(p / "encoder_in", motion::kLive, latent),
        encoder(p / "encoder", c.sizes(latent)),
        decoder(p / "decoder", c.sizes(latent)),
        decoder_out(p / "decoder_out", latent, motion::kLive, nn::Bias::kNo) {}

  // motion (B, T, 53) -> (B, T, D), before the middle
  T encode(Ops& ops, const T& motion) const {
    const T x = ops.div(ops.sub(motion, motion_mean), motion_sd);
    return encoder(ops, ops.leaky_relu(encoder_in(ops, x), nn::kLeak));
  }
  // latents (B, T, D) -> motion (B, T, 53)
  T decode(Ops& ops, const T& z) const {
    const T y = decoder_out(ops, decoder(ops, z));
    return ops.add(ops.mul(y, motion_sd), motion_mean);
  }

  T motion_mean, motion_sd;  // (53)
  nn::Linear<Ops> encoder_in;
  nn::SequenceNetwork<Ops> encoder, decoder;
  nn::Linear<Ops> decoder_out;
};

// The two linear maps in the middle of the VAE, from what its encoder makes, or a predictor in the
// encoder's place, to a Gaussian.
template <class Ops>
struct PosteriorHeads {
  using T = ops::TensorOf<Ops>;
  PosteriorHeads(params::Scope<Ops> p, int64_t latent)
      : mean(p / "mean", latent, latent), log_variance(p / "log_variance", latent, latent) {}

  // (B, T, D) -> posterior
  Posterior<Ops> operator()(Ops& ops, const T& x) const {
    return {mean(ops, x), log_variance(ops, x)};
  }

  nn::Linear<Ops> mean, log_variance;
};

template <class Ops>
struct SequenceVae {
  using T = ops::TensorOf<Ops>;
  using Config = SequenceConfig;
  static constexpr Kind kKind = Kind::kSequenceVae;

  SequenceVae(params::Scope<Ops> p, int64_t latent, const SequenceConfig& c)
      : coder(p, latent, c), middle(p, latent) {}

  // motion (B, T, 53) -> posterior
  Posterior<Ops> encode(Ops& ops, const T& motion) const {
    return middle(ops, coder.encode(ops, motion));
  }
  // latents (B, T, D) -> motion (B, T, 53)
  T decode(Ops& ops, const T& z) const { return coder.decode(ops, z); }

  SequenceCoder<Ops> coder;
  PosteriorHeads<Ops> middle;
};

struct SequenceVqConfig {
  SequenceConfig sequence;
  QuantiserConfig quantiser{.codes = 256, .width = 128, .rows = RowsOf::kTime};

  template <class V>
  void fields(V&& field) {
    field("sequence", sequence, "sizes of encoder and decoder");
    field("quantiser", quantiser, "the codes");
  }
};

template <class Ops>
struct SequenceVqVae {
  using T = ops::TensorOf<Ops>;
  using Config = SequenceVqConfig;
  static constexpr Kind kKind = Kind::kSequenceVqvae;

  SequenceVqVae(params::Scope<Ops> p, int64_t latent, const SequenceVqConfig& c)
      : coder(p, latent, c.sequence), quantiser(p / "quantiser", latent, c.quantiser) {}

  // motion (B, T, 53) -> the codes of the clip, certain
  Posterior<Ops> encode(Ops& ops, const T& motion) const {
    return coded_by(ops, quantiser, coder.encode(ops, motion));
  }
  // latents (B, T, D), for those that were trained the values of codes -> motion (B, T, 53)
  T decode(Ops& ops, const T& z) const { return coder.decode(ops, z); }

  SequenceCoder<Ops> coder;
  Quantiser<Ops> quantiser;
};

}  // namespace flowtalk::prior
