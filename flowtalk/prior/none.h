// No prior: the latents are the standardised motion itself.
#pragma once

#include "flowtalk/prior/motion_scale.h"
#include "flowtalk/prior/prior.h"

namespace flowtalk::prior {

struct NoneConfig {
  template <class V>
  void fields(V&&) {}
};

template <class Ops>
struct None {
  using T = ops::TensorOf<Ops>;
  using Config = NoneConfig;
  static constexpr Kind kKind = Kind::kNone;

  // latent_width: that of the motion, as the config's check says.
  None(params::Scope<Ops> p, int64_t latent_width, const Config&) : scale(p, latent_width) {}

  Posterior<Ops> encode(Ops& ops, const T& motion) const {
    return {scale.standardise(ops, motion)};
  }
  T decode(Ops& ops, const T& z) const { return scale.restore(ops, z); }

  MotionScale<Ops> scale;
};

}  // namespace flowtalk::prior
