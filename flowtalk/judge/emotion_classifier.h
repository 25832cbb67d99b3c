// What emotion a motion shows, and how strong: (B, T, 53) -> logits (B, E), strength (B). A judge
// for evaluation, trained on recorded motion only, which never sees what a generator makes.
// Residual convolutions with norms per frame, then mean and deviation over time; frames beyond a
// clip's own are masked and change nothing.
#pragma once

#include <vector>

#include "flowtalk/base/conditions.h"
#include "flowtalk/base/fields.h"
#include "flowtalk/motion/layout.h"
#include "flowtalk/nn/residual_conv.h"

namespace flowtalk::judge {

struct ClassifierConfig {
  int hidden = 96, layers = 3, kernel = 5;

  template <class V>
  void fields(V&& field) {
    field("hidden", hidden, between(8, 512), "width");
    field("layers", layers, between(1, 12), "residual convolutions");
    field("kernel", kernel, between(1, 31), "frames that one convolution sees");
  }
};

template <class Ops>
struct EmotionJudgement {
  ops::TensorOf<Ops> logits;    // (B, E)
  ops::TensorOf<Ops> strength;  // (B), 0..1.25
};

template <class Ops>
struct EmotionClassifier {
  using T = ops::TensorOf<Ops>;
  EmotionClassifier(params::Scope<Ops> p, const ClassifierConfig& c, int64_t emotions)
      : motion_mean(p.buffer("motion_mean", {motion::kLive}, params::zeros())),
        motion_sd(p.buffer("motion_sd", {motion::kLive}, params::ones())),
        input(p / "input", motion::kLive, c.hidden),
        norm(p / "norm", c.hidden),
        inner(p / "inner", 2 * c.hidden, c.hidden),
        emotion(p / "emotion", c.hidden, emotions),
        intensity(p / "intensity", c.hidden, 1) {
    for (int64_t i = 0; i < c.layers; ++i) {
      layers.emplace_back(p / "layer" / i, c.hidden, c.kernel,
                          nn::same_length(c.kernel, c.kernel / 2));
    }
  }

  // motion (B, T, 53), mask (B, T): 1 for frames of the clip, 0 for padding
  EmotionJudgement<Ops> operator()(Ops& ops, const T& motion, const T& mask) const {
    const auto shape = ops.shape(motion);
    const T frames = ops.reshape(mask, {shape[0], shape[1], 1});
    T x = input(ops, ops.div(ops.sub(motion, motion_mean), motion_sd));
    for (const auto& layer : layers) {
      const T seen = ops.mul(layer.norm(ops, x), frames);
      x = ops.add(x, layer.mix(ops, ops.gelu(layer.conv(ops, seen))));
    }
    const T h = ops.gelu(inner(ops, over_time(ops, norm(ops, x), mask)));
    const T strength = ops.scale(ops.sigmoid(intensity(ops, h)), kMaxStrength);
    return {emotion(ops, h), ops.reshape(strength, {shape[0]})};
  }

  T motion_mean, motion_sd;  // (53)
  nn::Linear<Ops> input;
  nn::LayerNorm<Ops> norm;
  nn::Linear<Ops> inner, emotion, intensity;
  std::vector<nn::ResidualConv<Ops>> layers;

 private:
  // x (B, T, H) -> mean and standard deviation over the frames of the clip, (B, 2H)
  T over_time(Ops& ops, const T& x, const T& mask) const {
    const auto shape = ops.shape(x);
    const T share = ops.div(mask, ops.reshape(ops.sum_last(mask), {shape[0], 1}));
    const T weights = ops.reshape(share, {shape[0], 1, shape[1]});
    const T channels = ops.transpose(x, 1, 2);
    const T mean = ops.sum_last(ops.mul(channels, weights));
    const T centred = ops.sub(channels, ops.reshape(mean, {shape[0], shape[2], 1}));
    const T variance = ops.sum_last(ops.mul(ops.mul(centred, centred), weights));
    const T deviation = ops.exp(ops.scale(ops.log(ops.offset(variance, 1e-5f)), 0.5f));
    return ops.concat({mean, deviation}, 1);
  }
};

}  // namespace flowtalk::judge
