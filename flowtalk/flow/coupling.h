// Affine coupling with a gated causal network (WaveNet units, van den Oord et al., 2016; in flows:
// Prenger et al., 2019): y = [x_a, x_b exp(s) + t] with s, t from (x_a, condition) of this frame
// and the past, so that inverse can be streamed.
#pragma once

#include <concepts>
#include <utility>
#include <vector>

#include "flowtalk/flow/flow_config.h"
#include "flowtalk/flow/flow_step.h"
#include "flowtalk/nn/conv1d.h"
#include "flowtalk/nn/linear.h"

namespace flowtalk::flow {

template <class Ops>
struct GatedLayer {
  using T = ops::TensorOf<Ops>;
  GatedLayer(params::Scope<Ops> p, const FlowConfig& c)
      : conv(p / "conv", c.hidden, 2 * c.hidden, c.kernel, nn::same_length(c.kernel, 0)),
        condition(p / "condition", c.condition, 2 * c.hidden),
        output(p / "output", c.hidden, 2 * c.hidden),
        width(c.hidden) {}

  nn::Conv1d<Ops> conv;
  nn::Linear<Ops> condition, output;
  int64_t width;

  // x (B, T, H) -> {next x, skip}, both (B, T, H)
  std::pair<T, T> operator()(Ops& ops, const T& x, const T& c) const {
    return gated(ops, x, conv(ops, x), c);
  }
  // The next frames of streams.
  std::pair<T, T> step(Ops& ops, nn::Together<nn::ConvPast<Ops>> past, const T& x,
                       const T& c) const {
    return gated(ops, x, conv.step(ops, past, x), c);
  }

 private:
  std::pair<T, T> gated(Ops& ops, const T& x, const T& heard, const T& c) const {
    const T mixed = ops.add(heard, condition(ops, c));
    const T gated = ops.mul(ops.tanh(ops.slice(mixed, 2, 0, width)),
                            ops.sigmoid(ops.slice(mixed, 2, width, 2 * width)));
    const T both = output(ops, gated);
    return {ops.add(x, ops.slice(both, 2, 0, width)), ops.slice(both, 2, width, 2 * width)};
  }
};

template <class Ops>
struct AffineCoupling {
  using T = ops::TensorOf<Ops>;
  AffineCoupling(params::Scope<Ops> p, int64_t channels, const FlowConfig& c)
      : half(channels / 2),
        bound(c.scale_bound),
        start(p / "start", half, c.hidden),
        end(p / "end", c.hidden, 2 * (channels - half), params::zeros()) {
    for (int64_t i = 0; i < c.layers; ++i) layers.emplace_back(p / "layer" / i, c);
  }

  // x (B, T, C), condition (B, T, K), or (1, T, K) for all
  FlowOutput<Ops> forward(Ops& ops, const T& x, const T& condition) const {
    const auto [kept, moved] = halves(ops, x);
    const auto [log_scale, shift] = scale_shift(ops, kept, condition);
    const T value = ops.add(ops.mul(moved, ops.exp(log_scale)), shift);
    return {ops.concat({kept, value}, 2), ops.sum_last(log_scale)};
  }
  T inverse(Ops& ops, const T& y, const T& condition) const {
    const auto [kept, moved] = halves(ops, y);
    const auto [log_scale, shift] = scale_shift(ops, kept, condition);
    return ops.concat({kept, unmoved(ops, moved, log_scale, shift)}, 2);
  }

  // What streams have heard, for each layer.
  using Past = std::vector<nn::ConvPast<Ops>>;
  Past begin(Ops& ops, int64_t batch) const {
    Past past;
    for (const auto& layer : layers) past.push_back(layer.conv.begin(ops, batch));
    return past;
  }
  // inverse() of the next frames of streams.
  T inverse_step(Ops& ops, nn::Together<Past> past, const T& y, const T& condition) const {
    const auto [kept, moved] = halves(ops, y);
    size_t at = 0;
    const auto [log_scale, shift] = scale_shift(ops, kept, [&](const auto& layer, const T& x) {
      const auto heard = nn::parts_of(
          past, [i = at++](Past & p) -> auto& { return p[i]; });
      return layer.step(ops, heard, x, condition);
    });
    return ops.concat({kept, unmoved(ops, moved, log_scale, shift)}, 2);
  }

  int64_t half;
  float bound;
  nn::Linear<Ops> start, end;
  std::vector<GatedLayer<Ops>> layers;

 private:
  std::pair<T, T> halves(Ops& ops, const T& x) const {
    const int64_t channels = ops.shape(x)[2];
    return {ops.slice(x, 2, 0, half), ops.slice(x, 2, half, channels)};
  }
  T unmoved(Ops& ops, const T& moved, const T& log_scale, const T& shift) const {
    return ops.mul(ops.sub(moved, shift), ops.exp(ops.scale(log_scale, -1)));
  }
  std::pair<T, T> scale_shift(Ops& ops, const T& kept, const T& condition) const {
    return scale_shift(ops, kept,
                       [&](const auto& layer, const T& x) { return layer(ops, x, condition); });
  }
  // through(layer, x) -> {next x, skip} of each layer
  template <class Through>
  requires std::invocable < const Through&, const GatedLayer<Ops>
  &, const T& > std::pair<T, T> scale_shift(Ops& ops, const T& kept, const Through& through) const {
    T x = start(ops, kept);
    T skip = x;
    for (const auto& layer : layers) {
      auto [next, part] = through(layer, x);
      x = next;
      skip = ops.add(skip, part);
    }
    const T both = end(ops, skip);
    const int64_t width = ops.shape(both)[2] / 2;
    const T raw = ops.slice(both, 2, 0, width);
    return {ops.scale(ops.tanh(ops.scale(raw, 1 / bound)), bound),
            ops.slice(both, 2, width, 2 * width)};
  }
};

}  // namespace flowtalk::flow
