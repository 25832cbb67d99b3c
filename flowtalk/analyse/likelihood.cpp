#include "flowtalk/analyse/likelihood.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "flowtalk/analyse/recorded_take.h"
#include "flowtalk/base/error.h"
#include "flowtalk/motion/layout.h"

namespace flowtalk::analyse {
namespace {

using ops::NativeOps;
using tensor::Tensor;

// Conditions that are worked on at once share one pass; more of them for short clips, so that the
// memory in use stays that of a few thousand frames.
constexpr int64_t kFramesAtOnce = 4096;

int64_t common_frames(const predict::SpeechFeatures& speech, const motion::Motion& motion) {
  const int64_t heard = speech.values.dim(1), seen = motion.frames();
  if (std::abs(heard - seen) > most_cut(heard)) {
    fail("the motion has {} frames, the voice {} ({} per second); do they belong together?", seen,
         heard, flame::kFps);
  }
  const int64_t frames = std::min(heard, seen);
  if (frames < 2) fail("{} frames are too few for a likelihood; expected 2 or more", frames);
  return frames;
}

condition::EmotionCurve curves_of(std::span<const condition::Asked> asked,
                                  const Conditions& conditions, int64_t frames) {
  condition::EmotionCurve all;
  all.batch = static_cast<int64_t>(asked.size());
  all.frames = frames;
  for (const condition::Asked& c : asked) {
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

// Of the first whole pairs of a take, by a generator with a density.
template <class Generator>
std::vector<Likelihood> judge(const Generator& generator, const predict::Workspace& work,
                              const RecordedTake& take,
                              std::span<const condition::Asked> conditions) {
  NativeOps& ops = work.ops;
  const int64_t pairs = take.frames / 2;
  const auto prepared = generator.prepare(ops, condition_of(work, take, conditions));
  const Tensor copies = ops.concat(std::vector<Tensor>(conditions.size(), take.latents), 0);
  const auto judged = generator.judge(ops, copies, prepared);
  std::vector<Likelihood> results;
  for (int64_t i = 0; i < static_cast<int64_t>(conditions.size()); ++i) {
    Likelihood& one = results.emplace_back();
    one.residual = item_of(ops, judged.residual, i, pairs);
    one.log_probs = item_of(ops, judged.log_prob, i, pairs);
    one.dimensions = one.residual.size();
    for (const float v : one.log_probs.values()) one.log_prob += static_cast<double>(v);
    if (!std::isfinite(one.log_prob)) {
      fail("the likelihood of this motion is not finite; its values are far from any face's");
    }
  }
  return results;
}

// As predict hears it: of a bounded model also the frames that the last ones look ahead to.
Tensor heard_of(const model::NativeFlowTalk& model, NativeOps& ops,
                const predict::SpeechFeatures& speech, int64_t frames) {
  if (speech.beyond.empty()) {
    return predict::even_frames(ops, ops.slice(speech.values, 1, 0, frames));
  }
  const Tensor all = predict::heard_of(ops, speech, model.config);
  const int64_t wanted = frames + frames % 2 + model.config.condition.frames_ahead();
  return ops.slice(all, 1, 0, std::min(wanted, all.dim(1)));
}

}  // namespace

void check(std::span<const condition::Asked> asked, const Conditions& conditions, int64_t frames) {
  for (const condition::Asked& c : asked) condition::check(c, conditions, frames);
}

RecordedTake open_take(const model::NativeFlowTalk& model, NativeOps& ops,
                       const predict::SpeechFeatures& speech, const motion::Motion& motion) {
  RecordedTake take;
  take.frames = common_frames(speech, motion);
  take.speech = heard_of(model, ops, speech, take.frames);
  const Tensor seen = live_of(motion).reshape({1, motion.frames(), motion::kLive});
  take.latents =
      predict::even_frames(ops, model.prior.encode(ops, ops.slice(seen, 1, 0, take.frames)).mean);
  return take;
}

condition::Condition<NativeOps> condition_of(const predict::Workspace& work,
                                             const RecordedTake& take,
                                             std::span<const condition::Asked> conditions) {
  std::vector<int64_t> styles;
  for (const condition::Asked& c : conditions) styles.push_back(c.style);
  const auto curves = curves_of(conditions, work.network.config.conditions, take.speech.dim(1));
  return condition::first_frames(work.ops,
                                 work.network.conditioner(work.ops, take.speech, curves, styles),
                                 take.latents.dim(1));
}

double Likelihood::bits_per_dim() const {
  return -log_prob / (static_cast<double>(dimensions) * std::numbers::ln2);
}

std::vector<Likelihood> likelihoods(const predict::Session& session,
                                    const predict::SpeechFeatures& speech,
                                    const motion::Motion& motion,
                                    std::span<const condition::Asked> conditions) {
  check(conditions, session.config().conditions, speech.values.dim(1));
  const predict::Workspace work(session);
  const auto by = [&](const auto& generator) {
    const RecordedTake take = open_take(work.network, work.ops, speech, motion);
    const auto at_once =
        static_cast<size_t>(std::max<int64_t>(1, kFramesAtOnce / take.latents.dim(1)));
    std::vector<Likelihood> results;
    for (size_t begin = 0; begin < conditions.size(); begin += at_once) {
      const size_t count = std::min(at_once, conditions.size() - begin);
      auto part = judge(generator, work, take, conditions.subspan(begin, count));
      std::move(part.begin(), part.end(), std::back_inserter(results));
    }
    return results;
  };
  return density_of(work, session, "a likelihood", by);
}

Likelihood likelihood(const predict::Session& session, const predict::SpeechFeatures& speech,
                      const motion::Motion& motion, const condition::Asked& asked) {
  return std::move(likelihoods(session, speech, motion, {&asked, 1}).front());
}

std::vector<float> base_rho(const predict::Session& session) {
  const predict::Workspace work(session);
  return density_of(work, session, "its coefficient", [&](const auto& generator) {
    return work.ops.to_host(generator.rho(work.ops));
  });
}

}  // namespace flowtalk::analyse
