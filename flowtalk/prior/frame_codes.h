// Stage 1 of CodeTalker (Xing et al., CVPR 2023): motion of V values to pieces of codes, several
// per frame, and back. Every frame depends on the whole clip, in both directions.
//
// Shapes: B clips, T frames, V values per frame, D width.
#pragma once

#include "flowtalk/base/fields.h"
#include "flowtalk/nn/linear.h"
#include "flowtalk/nn/sequence_block.h"
#include "flowtalk/prior/quantiser.h"

namespace flowtalk::prior {

struct FrameCodesSizes {
  nn::SequenceSizes sequence;
  QuantiserConfig quantiser;
};

template <class Ops>
struct FrameCodes {
  using T = ops::TensorOf<Ops>;
  FrameCodes(params::Scope<Ops> p, int64_t values, const FrameCodesSizes& s)
      : encoder_in(p / "encoder_in", values, s.sequence.width),
        encoder(p / "encoder", s.sequence),
        quantiser(p / "quantiser", s.sequence.width, s.quantiser),
        decoder(p / "decoder", s.sequence),
        decoder_out(p / "decoder_out", s.sequence.width, values) {}

  // motion (B, T, V) -> latents (B, T, D) that no code has replaced yet
  T encode(Ops& ops, const T& motion) const {
    return encoder(ops, ops.leaky_relu(encoder_in(ops, motion), nn::kLeak));
  }
  // values of codes (B, T, D) -> motion (B, T, V). One frame alone is decoded as two equal ones,
  // since a channel of one frame has no deviation.
  T decode(Ops& ops, const T& z) const {
    if (ops.shape(z)[1] > 1) return decoder_out(ops, decoder(ops, z));
    return ops.slice(decoder_out(ops, decoder(ops, ops.concat({z, z}, 1))), 1, 0, 1);
  }

  nn::Linear<Ops> encoder_in;
  nn::SequenceNetwork<Ops> encoder;
  Quantiser<Ops> quantiser;
  nn::SequenceNetwork<Ops> decoder;
  nn::Linear<Ops> decoder_out;
};

}  // namespace flowtalk::prior
