// flowtalk evaluate restyle: performances of a data set in every other emotion. Is it seen, and do
// the lips stay?
#include <fmt/core.h>

#include "apps/dataset_choice.h"
#include "apps/evaluate_commands.h"
#include "apps/judged.h"
#include "apps/outputs.h"
#include "apps/voices.h"
#include "flowtalk/analyse/density.h"
#include "flowtalk/analyse/restyle.h"
#include "flowtalk/base/conditions.h"
#include "flowtalk/base/error.h"
#include "flowtalk/base/fields.h"
#include "flowtalk/base/files.h"
#include "flowtalk/base/progress.h"
#include "flowtalk/base/thread_pool.h"
#include "flowtalk/evaluate/restyling.h"

namespace flowtalk::apps {
namespace {

using evaluate::RestyledPair;
using evaluate::RestylingSummary;

struct RestyleEvaluation {
  DatasetChoice data;
  ModelChoice model;
  StrengthOptions strength{.intensity = "high", .strength = {}};
  std::string classifier, json, style;
  double keep = 1;
  int every = 1;
  bool quiet = false;
};

void declare(CLI::App& app, RestyleEvaluation& c) {
  c.data.add_to(app, "folder in 3DMEAD's layout");
  app.add_option("--every", c.every, "only every Nth clip of the split (default 1)")
      ->check(CLI::Range(1, 1000000));
  c.strength.add_to(app);
  app.add_option("--id", c.style, "also give this speaking style (default: the clip's own)");
  app.add_option("--keep", c.keep, "how much of the take itself is kept, 0 to 1 (default 1)")
      ->check(number_between(0, 1));
  app.add_option("--classifier", c.classifier,
                 "emotion classifier that judges (default: the one that ships)");
  c.model.add_to(app);
  app.add_option("--json", c.json, "also write the figures to this file");
  app.add_flag("-q,--quiet", c.quiet, "print the figures only");
  app.footer(
      "Examples:\n"
      "  flowtalk evaluate restyle --dataset datasets --every 2\n"
      "  flowtalk evaluate restyle --dataset datasets --intensity low --json low.json\n");
}

condition::Asked recorded(const data::Clip& clip) {
  const bool neutral = clip.name.emotion == kNeutral;
  return analyse::condition_of({clip.name.emotion, neutral ? 0 : clip.name.level}, clip.name.style);
}

// The clip in each of the other emotions.
std::vector<RestyledPair> pairs_of(const data::Clip& clip, const RestyleEvaluation& c,
                                   const predict::Session& session,
                                   const evaluate::EmotionClassifier& classifier) {
  const motion::Motion motion = load_performance(clip.npy.string(), session.config().axes);
  const audio::Audio voice = load_voice(clip.wav);
  return with_context(clip.npy.string(), [&] {
    const auto speech = session.encode(voice);
    const evaluate::RestyledRecording original(classifier, face::builtin_face(), motion);
    const condition::Asked from = recorded(clip);
    std::vector<RestyledPair> pairs;
    for (int emotion = 0; emotion < static_cast<int>(kEmotions.size()); ++emotion) {
      if (emotion == clip.name.emotion) continue;
      condition::Asked to = from;
      to.emotion.fill(0);
      to.emotion[static_cast<size_t>(emotion)] = 1;
      to.strength = emotion == kNeutral ? 0 : c.strength.value();
      if (!c.style.empty()) to.style = parse_style(c.style);
      const auto made =
          analyse::restyle(session, speech, motion, from, to, static_cast<float>(c.keep));
      pairs.push_back(original.compare(made, clip.name.emotion, emotion));
    }
    return pairs;
  });
}

std::vector<RestyledPair> all_pairs(const RestyleEvaluation& c,
                                    const std::vector<data::Clip>& clips) {
  const predict::Session session = c.model.load();
  analyse::require_density(session.model(), "restyle");
  check_axes(c.data.folder(), session);
  const auto classifier = load_classifier(c.classifier);
  const motion::Axes axes = session.config().axes, judged = classifier.axes();
  if (axes != motion::Axes::kBuiltin || judged != motion::Axes::kBuiltin) {
    fail(
        "lips are measured on the built-in head; the model's axes are '{}', those of the "
        "classifier '{}'",
        text_of(axes), text_of(judged));
  }
  std::vector<std::vector<RestyledPair>> of_clip(clips.size());
  ThreadPool pool(c.model.threads);
  const auto count = static_cast<int64_t>(clips.size());
  Progress progress("restyle", count, "clips", c.quiet);
  pool.parallel_for(count, [&](int64_t i) {
    const auto at = static_cast<size_t>(i);
    of_clip[at] = pairs_of(clips[at], c, session, classifier);
    progress.advance();
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

void print_row(std::string_view name, const RestylingSummary& s) {
  fmt::print("{:<12}{:>6}{:>9.3f}{:>8.3f}{:>8.3f}{:>8.3f}{:>9.3f}{:>8.3f}{:>7}{:>12}\n", name,
             s.pairs, s.before, s.after, s.least_after, s.old, s.lips, s.least_lips, s.good,
             fmt::format("{}/{}", s.blinks, s.blinks_before));
}

void report(const RestyleEvaluation& c, const std::vector<RestyledPair>& pairs) {
  const RestylingSummary all = evaluate::summary_of(pairs);
  Json json = to_json(all);
  fmt::print("{:<12}{:>6}{:>9}{:>8}{:>8}{:>8}{:>9}{:>8}{:>7}{:>12}\n", "to", "pairs", "P before",
             "P", "least", "P old", "lip corr", "least", "good", "blinks");
  for (size_t e = 0; e < kEmotions.size(); ++e) {
    std::vector<RestyledPair> some;
    for (const RestyledPair& pair : pairs) {
      if (pair.to == static_cast<int>(e)) some.push_back(pair);
    }
    if (some.empty()) continue;
    const RestylingSummary to_emotion = evaluate::summary_of(some);
    print_row(kEmotions[e], to_emotion);
    json["to"][std::string(kEmotions[e])] = to_json(to_emotion);
  }
  print_row("all", all);
  fmt::print(
      "P: the classifier's probability of the new emotion; good: P > {}, lip correlation >= "
      "{}; blinks: made/recorded\n",
      evaluate::kShown, evaluate::kSameLips);
  if (!c.json.empty()) save_file(c.json, json.dump(2) + "\n");
}

}  // namespace

int evaluate_restyle(const Args& args) {
  RestyleEvaluation c;
  CLI::App app(
      "Gives the performances of a data set every other emotion, as `flowtalk restyle` does, and "
      "measures whether it is seen and whether the lips stay.",
      "flowtalk evaluate restyle");
  declare(app, c);
  if (!parse(app, args)) return 0;
  if (c.data.dataset.empty()) {
    fail_usage("which performances? for example: flowtalk evaluate restyle --dataset datasets");
  }
  if (c.strength.value() <= 0) fail_usage("--strength 0 shows no emotion; give more");
  if (!c.style.empty()) parse_style(c.style);
  check_report(c.json, ".json");
  std::vector<data::Clip> clips;
  const auto all = c.data.clips();
  for (size_t i = 0; i < all.size(); i += static_cast<size_t>(c.every)) clips.push_back(all[i]);
  report(c, all_pairs(c, clips));
  return 0;
}

}  // namespace flowtalk::apps
