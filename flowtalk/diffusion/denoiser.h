// The network of FaceDiffuser (Stan et al., MIG 2023): what it sees of x0 in a noisy sample x, from
// the condition and the step. The way in, a linear map, a convolution over its channels, ReLU and
// the larger of each two, is folded into one product and a choice; neither it nor the condition
// depends on x or t, so both are prepared once per clip.
//
// Shapes: N samples, T frames, V values per frame, L width, n steps of the schedule.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "flowtalk/base/error.h"
#include "flowtalk/nn/gru.h"
#include "flowtalk/nn/layer_norm.h"
#include "flowtalk/nn/linear.h"

namespace flowtalk::diffusion {

struct DenoiserSizes {
  int64_t values = 0, width = 0, steps = 0;  // V, L, n
  int layers = 2;                            // of the GRU
  float dropout = 0;                         // between them, in training
};

template <class Ops>
struct Denoiser {
  using T = ops::TensorOf<Ops>;
  static constexpr int64_t kKernel = 9;

  struct Prepared {
    T condition;                           // (N, T, L)
    T weight, bias;                        // of the folded way in: (2L, V), (2L)
    std::optional<T> gate = std::nullopt;  // (N or 1, T or 1, L), multiplies what the GRU makes
  };

  Denoiser(params::Scope<Ops> p, const DenoiserSizes& s)
      : sizes(s),
        input(p / "input", s.values, 2 * s.width),
        channels(p.tensor("channels", {1, 1, kKernel}, params::normal(0.33f))),
        channels_bias(p.tensor("channels_bias", {1}, params::zeros())),
        time(p.tensor("time", {s.steps, s.width}, params::normal(1.0f))),
        time_bias(p.tensor("time_bias", {s.width}, params::zeros())),
        norm(p / "norm", 3 * s.width),
        gru(p / "gru", {3 * s.width, s.width, s.layers, s.dropout}),
        output(p / "output", s.width, s.values) {}

  // condition (1, T, L) for N samples of it, or (N, T, L)
  Prepared prepare(Ops& ops, const T& condition, int64_t samples) const {
    const auto shape = ops.shape(condition);
    FT_CHECK(shape[0] == 1 || shape[0] == samples, "{} conditions, {} samples", shape[0], samples);
    const T each = shape[0] == samples
                       ? condition
                       : ops.concat(std::vector<T>(static_cast<size_t>(samples), condition), 0);
    const T rows = ops.transpose(input.weight, 0, 1);  // (V, 2L)
    const ops::ConvOptions same{.left = kKernel / 2, .right = kKernel / 2};
    const T mixed =
        ops.conv1d(ops.reshape(rows, {sizes.values, 2 * sizes.width, 1}), channels, same);
    const T shift =
        ops.conv1d(ops.reshape(input.bias, {1, 2 * sizes.width, 1}), channels, channels_bias, same);
    return {each,
            apart(ops, ops.transpose(ops.reshape(mixed, {sizes.values, 2 * sizes.width}), 0, 1)),
            ops.reshape(apart(ops, ops.reshape(shift, {2 * sizes.width, 1})), {2 * sizes.width})};
  }

  // x (N, T, V) at one step, or at one step per sample -> x0 (N, T, V)
  T operator()(Ops& ops, const Prepared& c, const T& x, std::span<const int64_t> steps) const {
    const auto shape = ops.shape(x);
    const auto count = static_cast<int64_t>(steps.size());
    FT_CHECK(count == 1 || count == shape[0], "{} steps, {} samples", count, shape[0]);
    const T both = ops.linear(x, c.weight, c.bias);
    const T even = ops.slice(both, 2, 0, sizes.width);
    const T odd = ops.slice(both, 2, sizes.width, 2 * sizes.width);
    const T seen = relu(ops, ops.add(even, relu(ops, ops.sub(odd, even))));
    const T when = mish(ops, ops.add(ops.rows(time, steps), time_bias));  // (N or 1, L)
    const T zero = ops.zeros({shape[0], shape[1], sizes.width});
    const T step = ops.add(zero, ops.reshape(when, {count, 1, sizes.width}));
    T made = gru(ops, norm(ops, ops.concat({c.condition, seen, step}, 2)));
    if (c.gate) made = ops.mul(made, *c.gate);
    return output(ops, made);
  }

  DenoiserSizes sizes;
  nn::Linear<Ops> input;
  T channels, channels_bias;  // (1, 1, 9), (1): over the 2L channels of a frame
  T time, time_bias;          // (n, L), (L)
  nn::LayerNorm<Ops> norm;
  nn::Gru<Ops> gru;
  nn::Linear<Ops> output;

 private:
  static T relu(Ops& ops, const T& x) { return ops.leaky_relu(x, 0); }
  static T mish(Ops& ops, const T& x) { return ops.mul(x, ops.tanh(ops.softplus(x))); }
  // (2L, C): the even rows, then the odd ones.
  T apart(Ops& ops, const T& x) const {
    const auto shape = ops.shape(x);
    const T pairs = ops.reshape(x, {sizes.width, 2, shape[1]});
    return ops.reshape(ops.transpose(pairs, 0, 1), {2 * sizes.width, shape[1]});
  }
};

}  // namespace flowtalk::diffusion
