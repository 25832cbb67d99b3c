#include "flowtalk/pipeline/performing.h"

#include <algorithm>

#include "flowtalk/model/model_config.h"
#include "flowtalk/pipeline/sweep.h"

namespace flowtalk::pipeline {
namespace {

// One of a constant emotion, else one per frame.
std::vector<perform::Temper> tempers_of(const condition::Asked& asked,
                                        const Conditions& conditions) {
  const auto& names = conditions.emotions;
  if (!asked.curve) return {perform::temper_of(names, asked.emotion, asked.strength)};
  const condition::EmotionCurve& curve = *asked.curve;
  std::vector<perform::Temper> tempers;
  for (size_t t = 0; t < curve.strength.size(); ++t) {
    const std::span weights(curve.weights.data() + t * curve.emotions(), curve.emotions());
    tempers.push_back(perform::temper_of(names, weights, curve.strength[t]));
  }
  return tempers;
}

// Neutral is neutral, whatever it is called.
std::string name_of(const SweepCell& cell) {
  const condition::Asked& asked = cell.options.asked;
  const bool moved = asked.curve ? std::ranges::any_of(asked.curve->strength,
                                                       [](float strength) { return strength > 0; })
                                 : asked.strength > 0;
  return moved ? cell.mood.label + " " + cell.level : "";
}

}  // namespace

bool PerformingOptions::asked() const {
  return head.value_or(0) > 0 || gaze.value_or(0) > 0 || liveliness.value_or(0) > 0;
}

std::optional<perform::Amounts> PerformingOptions::amounts(const predict::PredictOptions& options,
                                                           const model::ModelConfig& model) const {
  const bool lids = model.axes == motion::Axes::kBuiltin;
  const auto temperatures = predict::temperatures_of(options, model, lids || options.regions);
  const auto warm = [](float temperature) { return temperature > 0; };
  const bool chance = std::ranges::any_of(temperatures, warm);
  const bool of_eyes = warm(temperatures[static_cast<size_t>(predict::MotionRegion::kEyes)]);
  const bool all = liveliness.value_or(0) > 0;
  if (liveliness.value_or(1) <= 0 || (!chance && !asked())) return std::nullopt;
  const double amount = liveliness.value_or(1);
  perform::Amounts amounts;
  amounts.head = amount * head.value_or(chance || all ? 1 : 0);
  amounts.gaze = amount * gaze.value_or(of_eyes || all ? 1 : 0);
  amounts.breath = chance || all ? amount : 0;
  amounts.blinks_per_minute = double{predict::blinks_of(options, model)};
  if (!options.blinks_per_minute && lids && (of_eyes || all)) {
    amounts.blinks_per_minute =
        std::min(amount * double{predict::kUsualBlinks}, double{predict::kMaxBlinks});
  }
  return amounts;
}

HeardVoice hear(const predict::Session& session, const audio::Audio& voice) {
  HeardVoice heard{session.encode(voice), {}};
  heard.sounds = perform::listen(voice, heard.speech.loudness);
  return heard;
}

std::optional<PerformancePlan> plan_of(const SweepCell& cell, const PerformingOptions& performing,
                                       const model::ModelConfig& model) {
  const auto amounts = performing.amounts(cell.options, model);
  if (!amounts) return std::nullopt;
  return PerformancePlan{*amounts,
                         tempers_of(cell.options.asked, model.conditions),
                         {cell.options.seed, cell.options.take, name_of(cell)}};
}

std::vector<motion::Motion> performed_takes(const predict::Session& session,
                                            const HeardVoice& voice, const SweepCell& cell,
                                            const PerformingOptions& performing, int64_t count) {
  auto plan = plan_of(cell, performing, session.config());
  if (!plan) return session.predict_takes(voice.speech, cell.options, count);
  predict::PredictOptions still = cell.options;
  still.blinks_per_minute = 0.0f;
  std::vector<motion::Motion> takes = session.predict_takes(voice.speech, still, count);
  for (motion::Motion& take : takes) {
    take = perform::performed(take, voice.sounds, plan->tempers, plan->amounts, plan->address);
    ++plan->address.take;
  }
  return takes;
}

}  // namespace flowtalk::pipeline
