#include "flowtalk/predict/likelihood.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "flowtalk/base/error.h"
#include "flowtalk/motion/layout.h"
#include "flowtalk/predict/predictor_state.h"

namespace flowtalk::predict {
namespace {

using ops::NativeOps;
using tensor::Tensor;

// Conditions that are worked on at once share one pass; more of them for short clips, so that the
// memory in use stays that of a few thousand frames.
constexpr int64_t kFramesAtOnce = 4096;

int64_t common_frames(const SpeechFeatures& speech, const motion::Motion& motion) {
  const int64_t heard = speech.values.dim(1), seen = motion.frames();
  if (std::abs(heard - seen) > most_cut(heard)) {
    fail("the motion has {} frames, the voice {} ({} per second); do they belong together?", seen,
         heard, flame::kFps);
  }
  const int64_t frames = std::min(heard, seen);
  if (frames < 2) fail("{} frames are too few for a likelihood; expected 2 or more", frames);
  return frames;
}

condition::EmotionCurve curves_of(std::span<const Condition> asked, const Conditions& conditions,
                                  int64_t frames) {
  condition::EmotionCurve all;
  all.batch = static_cast<int64_t>(asked.size());
  all.frames = frames;
  for (const Condition& c : asked) {
    const auto one = curve_of(c, conditions, frames);
    all.weights.insert(all.weights.end(), one.weights.begin(), one.weights.end());
    all.strength.insert(all.strength.end(), one.strength.begin(), one.strength.end());
  }
  return all;
}

// Row `item` of (B, T, C) or (B, T), its first `pairs` frames.
Tensor item_of(NativeOps& ops, const Tensor& batch, int64_t item, int64_t pairs) {
  const Tensor row = ops.slice(ops.slice(batch, 0, item, item + 1), 1, 0, pairs);
  return row.reshape(tensor::Shape(row.shape().begin() + 1, row.shape().end()));
}

// Of the first whole pairs of a take.
std::vector<Likelihood> judge(NativeOps& ops, const model::NativeFlowTalk& model,
                              const RecordedTake& take, std::span<const Condition> conditions) {
  const auto& generator = model.generator;
  const int64_t pairs = take.frames / 2;
  const auto prepared = prepare(model, ops, take.speech, conditions);
  const Tensor copies = ops.concat(std::vector<Tensor>(conditions.size(), take.latents), 0);
  const auto flowed = generator.to_base(ops, copies, prepared);
  const Tensor density =
      ops.add(generator.base.log_prob(ops, flowed.value, prepared.base), flowed.log_det);
  const Tensor residual = generator.base.residual(ops, flowed.value, prepared.base);
  std::vector<Likelihood> results;
  for (int64_t i = 0; i < static_cast<int64_t>(conditions.size()); ++i) {
    Likelihood& one = results.emplace_back();
    one.residual = item_of(ops, residual, i, pairs);
    one.log_probs = item_of(ops, density, i, pairs);
    one.dimensions = one.residual.size();
    for (const float v : one.log_probs.values()) one.log_prob += static_cast<double>(v);
    if (!std::isfinite(one.log_prob)) {
      fail("the likelihood of this motion is not finite; its values are far from any face's");
    }
  }
  return results;
}

}  // namespace

void check(std::span<const Condition> asked, const Conditions& conditions, int64_t frames) {
  for (const Condition& c : asked) {
    check_emotion(mix_of(c.emotion, conditions), c.strength, conditions);
    if (c.curve) check_curve(*c.curve, conditions, frames);
    check_style(c.style, conditions);
  }
}

condition::EmotionCurve curve_of(const Condition& condition, const Conditions& conditions,
                                 int64_t frames) {
  if (condition.curve) return with_frames(*condition.curve, frames);
  const auto mix = mix_of(condition.emotion, conditions);
  return condition::EmotionCurve::constant(mix, condition.strength, frames);
}

RecordedTake open_take(const model::NativeFlowTalk& model, NativeOps& ops,
                       const SpeechFeatures& speech, const motion::Motion& motion) {
  RecordedTake take;
  take.frames = common_frames(speech, motion);
  take.speech = even_frames(ops, ops.slice(speech.values, 1, 0, take.frames));
  const Tensor seen = live_of(motion).reshape({1, motion.frames(), motion::kLive});
  take.latents = even_frames(ops, model.prior.encode(ops, ops.slice(seen, 1, 0, take.frames)).mean);
  return take;
}

model::FlowCondition<NativeOps> prepare(const model::NativeFlowTalk& model, NativeOps& ops,
                                        const Tensor& speech,
                                        std::span<const Condition> conditions) {
  std::vector<int64_t> styles;
  for (const Condition& c : conditions) styles.push_back(c.style);
  const auto& generator = model.generator;
  const auto curves = curves_of(conditions, model.config.conditions, speech.dim(1));
  const Tensor emotion = generator.control(ops, curves);
  return generator.prepare(ops, generator.condition(ops, speech, emotion, styles));
}

double Likelihood::bits_per_dim() const {
  return -log_prob / (static_cast<double>(dimensions) * std::numbers::ln2);
}

std::vector<Likelihood> Predictor::likelihoods(const SpeechFeatures& speech,
                                               const motion::Motion& motion,
                                               std::span<const Condition> conditions) const {
  check(conditions, state_->config.conditions, speech.values.dim(1));
  const std::lock_guard lock(state_->mutex);
  NativeOps& ops = state_->ops;
  const RecordedTake take = open_take(*state_->model, ops, speech, motion);
  const auto at_once =
      static_cast<size_t>(std::max<int64_t>(1, kFramesAtOnce / take.latents.dim(1)));
  std::vector<Likelihood> results;
  for (size_t begin = 0; begin < conditions.size(); begin += at_once) {
    const size_t count = std::min(at_once, conditions.size() - begin);
    auto part = judge(ops, *state_->model, take, conditions.subspan(begin, count));
    std::move(part.begin(), part.end(), std::back_inserter(results));
  }
  return results;
}

Likelihood Predictor::likelihood(const SpeechFeatures& speech, const motion::Motion& motion,
                                 const Condition& condition) const {
  return std::move(likelihoods(speech, motion, {&condition, 1}).front());
}

double Predictor::prior_error(const motion::Motion& recording) const {
  const Tensor motion = live_of(recording);
  const std::lock_guard lock(state_->mutex);
  NativeOps& ops = state_->ops;
  const auto& prior = state_->model->prior;
  const Tensor latents = prior.encode(ops, motion.reshape({1, motion.dim(0), motion::kLive})).mean;
  const Tensor shown = prior.decode(ops, latents);
  const auto frames = static_cast<size_t>(motion.dim(0));
  std::vector<double> missed(frames, 0.0);  // squared, per frame
  double recorded = 0, power = 0;
  for (size_t i = 0; i < static_cast<size_t>(motion.size()); ++i) {
    const double a = double{motion.values()[i]}, b = double{shown.values()[i]};
    missed[i / motion::kLive] += (a - b) * (a - b);
    recorded += a * a;
    power += b * b;
  }
  const auto middle = missed.begin() + static_cast<std::ptrdiff_t>(frames / 2);
  std::nth_element(missed.begin(), middle, missed.end());
  return std::sqrt(*middle * static_cast<double>(frames) / std::max({recorded, power, 1e-12}));
}

std::vector<float> Predictor::base_rho() const {
  const std::lock_guard lock(state_->mutex);
  return state_->ops.to_host(state_->model->generator.base.rho(state_->ops));
}

}  // namespace flowtalk::predict
