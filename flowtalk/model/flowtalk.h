// FlowTalk: the one place where encoder, condition, generator and motion prior meet.
//
//   speech (B, T, 2C) + emotion curve + style -> conditioner -> Condition c (B, T, K)
//   c + noise -> generator -> MotionLatents z (N, T, D) -> prior -> motion (N, T, 53)
// A model of vertices has no prior, and V coordinates a frame in the place of the 53.
// T is even inside where the timing pads (encoder/timing.h): callers then pad an odd clip by one
// frame and drop it again.
#pragma once

#include <utility>

#include "flowtalk/condition/any.h"
#include "flowtalk/encoder/hubert.h"
#include "flowtalk/generate/any.h"
#include "flowtalk/model/model_config.h"
#include "flowtalk/prior/any.h"

namespace flowtalk::model {

template <class Ops>
condition::AnyConditioner<Ops> make_conditioner(params::Scope<Ops> p, const ModelConfig& c) {
  return {p / "generator", c.speech_width(), c.condition, c.conditions, 3 * int64_t{c.vertices}};
}
template <class Ops>
generate::AnyGenerator<Ops> make_generator(params::Scope<Ops> p, const ModelConfig& c,
                                           const prior::AnyPrior<Ops>& prior) {
  const generate::Surroundings<Ops> around{
      condition::condition_width(c.condition, c.speech_width()), c.prior.latent, prior.quantiser(),
      prior.middle()};
  return generate::make_generator<Ops>(p / "generator", around, c.generator);
}

template <class Ops>
struct FlowTalk {
  using T = ops::TensorOf<Ops>;
  FlowTalk(params::Scope<Ops> p, const ModelConfig& c)
      : FlowTalk(p, c, encoder::Hubert<Ops>(p / "encoder", c.encoder)) {}
  // With an encoder whose parameters come from elsewhere.
  FlowTalk(params::Scope<Ops> p, const ModelConfig& c, encoder::Hubert<Ops> speech_encoder)
      : config(c),
        encoder(std::move(speech_encoder)),
        prior(p / "prior", c.prior),
        conditioner(make_conditioner(p, c)),
        generator(make_generator(p, c, prior)) {}

  ModelConfig config;
  encoder::Hubert<Ops> encoder;
  prior::AnyPrior<Ops> prior;
  condition::AnyConditioner<Ops> conditioner;
  generate::AnyGenerator<Ops> generator;
};

}  // namespace flowtalk::model
