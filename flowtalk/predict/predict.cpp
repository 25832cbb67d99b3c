// From speech features and options to motion.
#include <cmath>
#include <map>

#include "flowtalk/base/error.h"
#include "flowtalk/predict/predictor_state.h"

namespace flowtalk::predict {
namespace {

using ops::NativeOps;
using tensor::Tensor;

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

// The first `frames` of (1, T, 53), checked.
Tensor finite_frames(const Tensor& motion, int64_t frames) {
  for (const float v : motion.values()) {
    if (!std::isfinite(v)) fail("predict: the model gave a value that is not finite; retrain it");
  }
  return Tensor({frames, flame::kMotion},
                motion.values().first(static_cast<size_t>(frames * flame::kMotion)));
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
  std::map<float, Tensor> motions;  // by temperature, all from the same noise
  std::array<Tensor, kMotionRegions> by_region;
  for (size_t r = 0; r < kMotionRegions; ++r) {
    const auto [place, fresh] = motions.try_emplace(temperatures[r]);
    if (fresh) {
      const flow::NoiseAddress noise{options.seed, options.take, temperatures[r]};
      const Tensor z = generator.generate(ops, prepared, noise);
      place->second = finite_frames(state_->model->prior.decode(ops, z), frames);
    }
    by_region[r] = place->second;
  }
  if (motions.size() == 1) return by_region[0];
  return shares_of(options, state_->config).join(by_region);
}

}  // namespace flowtalk::predict
