#include "flowtalk/pipeline/restyle_evaluation.h"

#include <utility>

#include "flowtalk/analyse/density.h"
#include "flowtalk/analyse/restyle.h"
#include "flowtalk/base/conditions.h"
#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/base/outputs.h"
#include "flowtalk/base/thread_pool.h"
#include "flowtalk/evaluate/restyling.h"
#include "flowtalk/pipeline/judged.h"
#include "flowtalk/pipeline/voices.h"

namespace flowtalk::pipeline {
namespace {

using evaluate::RestyledPair;
using evaluate::RestylingSummary;

condition::Asked recorded(const data::Clip& clip, const Conditions& conditions) {
  const bool neutral = clip.name.emotion == kNeutral;
  return analyse::condition_of({clip.name.emotion, neutral ? 0 : clip.name.level}, clip.name.style,
                               conditions);
}

// The clip in each of the other emotions.
std::vector<RestyledPair> pairs_of(const data::Clip& clip, const RestyleEvaluationOptions& o,
                                   const predict::Session& session,
                                   const evaluate::EmotionClassifier& classifier,
                                   const Reporter& reporter) {
  const motion::Motion motion =
      load_performance(clip.motion.string(), session.config().axes, {}, reporter);
  const audio::Audio voice = load_voice(clip.wav, reporter);
  return with_context(clip.motion.string(), [&] {
    const auto speech = session.encode(voice);
    const evaluate::RestyledRecording original(classifier, face::builtin_face(), motion);
    const Conditions& conditions = session.config().conditions;
    const condition::Asked from = recorded(clip, conditions);
    std::vector<RestyledPair> pairs;
    for (int emotion = 0; emotion < static_cast<int>(conditions.emotions.size()); ++emotion) {
      if (emotion == clip.name.emotion) continue;
      condition::Asked to = from;
      to.emotion = conditions.only(emotion);
      to.strength = emotion == kNeutral ? 0 : o.strength.value(conditions);
      if (!o.id.empty()) to.style = parse_style(o.id, conditions);
      const auto made =
          analyse::restyle(session, speech, motion, from, to, static_cast<float>(o.keep));
      pairs.push_back(original.compare(made, clip.name.emotion, emotion));
    }
    return pairs;
  });
}

std::vector<RestyledPair> all_pairs(const RestyleEvaluationOptions& o, const data::Index& index,
                                    const std::vector<data::Clip>& clips,
                                    const Reporter& reporter) {
  const predict::Session session = o.model.load(reporter);
  analyse::require_density(session.model(), "restyle");
  check_axes(o.data.folder(), index, session);
  const auto classifier = load_classifier(o.classifier);
  const motion::Axes axes = session.config().axes, judged = classifier.axes();
  if (axes != motion::Axes::kBuiltin || judged != motion::Axes::kBuiltin) {
    fail(
        "lips are measured on the built-in head; the model's axes are '{}', those of the "
        "classifier '{}'",
        text_of(axes), text_of(judged));
  }
  check_same_emotions(classifier, session);
  std::vector<std::vector<RestyledPair>> of_clip(clips.size());
  ThreadPool pool(o.model.threads);
  const auto count = static_cast<int64_t>(clips.size());
  const Advance advance = reporter.begin("restyle", count, "clips");
  pool.parallel_for(count, [&](int64_t i) {
    const auto at = static_cast<size_t>(i);
    of_clip[at] = pairs_of(clips[at], o, session, classifier, reporter);
    advance(1, "");
  });
  std::vector<RestyledPair> pairs;
  for (const auto& some : of_clip) pairs.insert(pairs.end(), some.begin(), some.end());
  return pairs;
}

Json to_json(const RestylingSummary& s) {
  return {{"pairs", s.pairs},
          {"good", s.good},
          {"probability_before", s.before},
          {"probability", s.after},
          {"probability_least", s.least_after},
          {"probability_of_old", s.old},
          {"blinks_before", s.blinks_before},
          {"blinks", s.blinks},
          {"lip_correlation", s.lips},
          {"lip_correlation_least", s.least_lips}};
}

std::string row_of(std::string_view name, const RestylingSummary& s) {
  return fmt::format("{:<12}{:>6}{:>9.3f}{:>8.3f}{:>8.3f}{:>8.3f}{:>9.3f}{:>8.3f}{:>7}{:>12}\n",
                     name, s.pairs, s.before, s.after, s.least_after, s.old, s.lips, s.least_lips,
                     s.good, fmt::format("{}/{}", s.blinks, s.blinks_before));
}

RestyleEvaluated report_of(const std::vector<std::string>& emotions,
                           const std::vector<RestyledPair>& pairs) {
  const RestylingSummary all = evaluate::summary_of(pairs);
  Json json = to_json(all);
  std::string text =
      fmt::format("{:<12}{:>6}{:>9}{:>8}{:>8}{:>8}{:>9}{:>8}{:>7}{:>12}\n", "to", "pairs",
                  "P before", "P", "least", "P old", "lip corr", "least", "good", "blinks");
  for (size_t e = 0; e < emotions.size(); ++e) {
    std::vector<RestyledPair> some;
    for (const RestyledPair& pair : pairs) {
      if (pair.to == static_cast<int>(e)) some.push_back(pair);
    }
    if (some.empty()) continue;
    const RestylingSummary to_emotion = evaluate::summary_of(some);
    text += row_of(emotions[e], to_emotion);
    json["to"][emotions[e]] = to_json(to_emotion);
  }
  text += row_of("all", all);
  text += fmt::format(
      "P: the classifier's probability of the new emotion; good: P > {}, lip correlation >= "
      "{}; blinks: made/recorded\n",
      evaluate::kShown, evaluate::kSameLips);
  return {std::move(json), std::move(text)};
}

}  // namespace

RestyleEvaluated evaluate_restyle(const RestyleEvaluationOptions& o, const Reporter& reporter) {
  if (o.data.dataset.empty()) {
    fail_usage("which performances? for example: flowtalk evaluate restyle {} datasets",
               Field("dataset"));
  }
  o.strength.check(o.given);
  const Conditions conditions = o.model.conditions();
  if (o.strength.value(conditions) <= 0)
    fail_usage("{} 0 shows no emotion; give more", Field("strength"));
  if (!o.id.empty()) parse_style(o.id, conditions);
  check_report(o.json, ".json");
  std::vector<data::Clip> clips;
  const data::Index index = o.data.index();
  const auto all = o.data.clips(index, conditions);
  for (size_t i = 0; i < all.size(); i += static_cast<size_t>(o.every)) clips.push_back(all[i]);
  RestyleEvaluated evaluated = report_of(conditions.emotions, all_pairs(o, index, clips, reporter));
  if (!o.json.empty()) save_file(o.json, evaluated.figures.dump(2) + "\n");
  return evaluated;
}

}  // namespace flowtalk::pipeline
