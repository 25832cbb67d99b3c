// From speech features and options to motion.
#include <algorithm>
#include <cmath>

#include "flowtalk/base/error.h"
#include "flowtalk/predict/predictor_state.h"

namespace flowtalk::predict {
namespace {

using ops::NativeOps;
using tensor::Tensor;

constexpr int64_t kFramesAtOnce = 4096;

const RegionShares& shares_of(const PredictOptions& options, const model::ModelConfig& config) {
  const RegionShares& shares = options.regions ? *options.regions : builtin_shares();
  if (shares.axes() != config.face) {
    fail_usage(
        "temperature per region: the model moves the expression axes of {}, the regions are "
        "those of {}; give --face its face",
        config.face, shares.axes());
  }
  return shares;
}

// c (1, T, K) of padded speech. Guidance pushes it away from the neutral condition, so that neutral
// frames (where both are the same bits) stay as they are.
Tensor condition_of(NativeOps& ops, const model::Generator<NativeOps>& generator,
                    const Tensor& speech, const PredictOptions& options) {
  const std::array<int64_t, 1> style = {options.style};
  const auto condition = [&](const condition::EmotionCurve& curve) {
    return generator.condition(ops, speech, generator.control(ops, curve), style);
  };
  const Tensor emotional = condition(curve_of(options, speech.dim(1)));
  if (options.guidance == 1) return emotional;
  const Tensor neutral =
      condition(condition::EmotionCurve::constant(PredictOptions{}.emotion, 0, speech.dim(1)));
  return ops.add(neutral, ops.scale(ops.sub(emotional, neutral), options.guidance));
}

// The first `frames` of each of (N, T, 53), checked.
void append_frames(const Tensor& motions, int64_t frames, std::vector<Tensor>& each) {
  for (const float v : motions.values()) {
    if (!std::isfinite(v)) fail("predict: the model gave a value that is not finite; retrain it");
  }
  const auto all = static_cast<size_t>(motions.dim(1) * motions.dim(2));
  const auto wanted = static_cast<size_t>(frames * flame::kMotion);
  for (size_t i = 0; i < static_cast<size_t>(motions.dim(0)); ++i) {
    each.emplace_back(tensor::Shape{frames, flame::kMotion},
                      motions.values().subspan(i * all, wanted));
  }
}

// A motion (frames, 53) per noise. Those of a short clip share one pass, those of a long one do
// not, so that memory stays that of one.
std::vector<Tensor> play(const model::NativeFlowTalk& model, NativeOps& ops,
                         const model::FlowCondition<NativeOps>& prepared,
                         std::span<const flow::NoiseAddress> noises, int64_t frames) {
  const auto at_once = static_cast<size_t>(std::max<int64_t>(1, kFramesAtOnce / frames));
  std::vector<Tensor> motions;
  for (size_t begin = 0; begin < noises.size(); begin += at_once) {
    const auto some = noises.subspan(begin, std::min(at_once, noises.size() - begin));
    const Tensor z = model.generator.generate_each(ops, prepared, some);
    append_frames(model.prior.decode(ops, z), frames, motions);
  }
  return motions;
}

}  // namespace

Tensor Predictor::predict(const SpeechFeatures& speech, const PredictOptions& options) const {
  const int64_t frames = speech.values.dim(1);
  check(options, frames);
  const bool regions_known = options.regions || state_->config.face == "builtin";
  const RegionTemperatures temperatures = temperatures_of(options, regions_known);
  const std::lock_guard lock(state_->mutex);
  NativeOps& ops = state_->ops;
  const auto& generator = state_->model->generator;
  const Tensor c = condition_of(ops, generator, even_frames(ops, speech.values), options);
  const auto prepared = generator.prepare(ops, c);
  std::vector<flow::NoiseAddress> noises;  // the same noise at each temperature
  std::array<size_t, kMotionRegions> noise_of{};
  for (size_t r = 0; r < kMotionRegions; ++r) {
    const auto known = std::find_if(noises.begin(), noises.end(), [&](const auto& noise) {
      return noise.temperature == temperatures[r];
    });
    noise_of[r] = static_cast<size_t>(known - noises.begin());
    if (known == noises.end()) noises.push_back({options.seed, options.take, temperatures[r]});
  }
  const auto motions = play(*state_->model, ops, prepared, noises, frames);
  if (motions.size() == 1) return motions.front();
  std::array<Tensor, kMotionRegions> by_region;
  for (size_t r = 0; r < kMotionRegions; ++r) by_region[r] = motions[noise_of[r]];
  return shares_of(options, state_->config).join(by_region);
}

}  // namespace flowtalk::predict
