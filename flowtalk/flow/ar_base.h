// The base distribution: per channel an AR(1) Gaussian around a predicted mean and deviation.
// r_t = (u_t - m_t) / sd_t;  r_1 ~ N(0, 1),  r_t | r_{t-1} ~ N(rho r_{t-1}, 1 - rho^2).
// Exact likelihood, O(T C), streams with one vector of state.
#pragma once

#include <cmath>
#include <vector>

#include "flowtalk/base/noise.h"
#include "flowtalk/base/rng.h"
#include "flowtalk/params/scope.h"

namespace flowtalk::flow {

// mean and log_sd, both (B, T, C), of the base at the squeezed rate.
template <class Ops>
struct BaseParameters {
  ops::TensorOf<Ops> mean, log_sd;
};

template <class Ops>
struct ArBase {
  using T = ops::TensorOf<Ops>;
  // white: the coefficient is zero and stays so.
  ArBase(params::Scope<Ops> p, int64_t channel_count, bool white = false)
      : raw(white ? p.buffer("rho", {channel_count}, params::constant(kZeroRho))
                  : p.tensor("rho", {channel_count}, params::zeros())),
        channels(channel_count) {}

  T rho(Ops& ops) const { return ops.scale(ops.sigmoid(raw), kMaxRho); }  // (C)

  // (B, T, C) -> r (B, T, C)
  T residual(Ops& ops, const T& u, const BaseParameters<Ops>& base) const {
    return ops.mul(ops.sub(u, base.mean), ops.exp(ops.scale(base.log_sd, -1)));
  }

  // log density of u per frame, (B, T); the sum over frames is that of the clip.
  T log_prob(Ops& ops, const T& u, const BaseParameters<Ops>& base) const {
    const T r = residual(ops, u, base);
    const int64_t frames = ops.shape(r)[1];
    const T coefficient = rho(ops);
    const T first = ops.slice(r, 1, 0, 1);
    T squares = ops.mul(first, first);
    T log_variance = ops.scale(squares, 0);
    if (frames > 1) {
      const T variance = ops.offset(ops.scale(ops.mul(coefficient, coefficient), -1), 1);  // (C)
      const T innovation =
          ops.sub(ops.slice(r, 1, 1, frames), ops.mul(ops.slice(r, 1, 0, frames - 1), coefficient));
      const T rest = ops.div(ops.mul(innovation, innovation), variance);
      const T zero = ops.scale(rest, 0);
      squares = ops.concat({squares, rest}, 1);
      log_variance = ops.concat({log_variance, ops.add(zero, ops.log(variance))}, 1);
    }
    const T terms = ops.add(ops.add(squares, log_variance), ops.scale(base.log_sd, 2));
    constexpr float kLogTwoPi = 1.8378770664093453f;
    return ops.offset(ops.scale(ops.sum_last(terms), -0.5f),
                      -0.5f * kLogTwoPi * static_cast<float>(channels));
  }

  // u (1, T, C) = mean + sd r, with r drawn at the address from frame 0 on.
  T sample(Ops& ops, const BaseParameters<Ops>& base, const NoiseAddress& noise) const {
    if (noise.temperature == 0) return base.mean;
    const auto shape = ops.shape(base.mean);
    const T r = ops.constant(shape, draw(ops.to_host(rho(ops)), shape[0], shape[1], noise));
    return ops.add(base.mean, ops.mul(ops.exp(base.log_sd), r));
  }

  // r (batch, frames, C); batch item b uses take + b.
  std::vector<float> draw(const std::vector<float>& rho_values, int64_t batch, int64_t frames,
                          const NoiseAddress& noise) const {
    std::vector<float> r(static_cast<size_t>(batch * frames * channels));
    for (int64_t b = 0; b < batch; ++b) {
      const uint32_t take = noise.take + static_cast<uint32_t>(b);
      for (int64_t c = 0; c < channels; ++c) {
        const NoiseAddress address{noise.seed, take, noise.temperature};
        float state = 0;
        for (int64_t t = 0; t < frames; ++t) {
          state = next(state, rho_values[static_cast<size_t>(c)], address, t, c);
          r[static_cast<size_t>((b * frames + t) * channels + c)] = state;
        }
      }
    }
    return r;
  }

  // r of frame t and channel c from that of the frame before, which may be anything at frame 0.
  static float next(float before, float keep, const NoiseAddress& noise, int64_t t, int64_t c) {
    const float eta =
        noise.temperature *
        noise_normal(noise.seed, noise.take, static_cast<uint32_t>(t), static_cast<uint32_t>(c));
    return t == 0 ? eta : keep * before + std::sqrt(1 - keep * keep) * eta;
  }

  static constexpr float kMaxRho = 0.98f;
  static constexpr float kZeroRho = -80;  // before the sigmoid
  T raw;                                  // (C)
  int64_t channels;
};

}  // namespace flowtalk::flow
