// flowtalk score VOICE --motion ...: one performance, or several ranked.
#include <algorithm>

#include "flowtalk/analyse/density.h"
#include "flowtalk/analyse/likelihood.h"
#include "flowtalk/base/conditions.h"
#include "flowtalk/base/error.h"
#include "flowtalk/base/fields.h"
#include "flowtalk/base/files.h"
#include "flowtalk/pipeline/score.h"
#include "flowtalk/pipeline/voices.h"

namespace flowtalk::pipeline {
namespace {

struct Take {
  std::string path;
  int64_t frames = 0;
  analyse::Recognition seen;
  std::optional<analyse::Likelihood> given;  // under the condition of the options

  // What takes are ranked by.
  double bits() const {
    return given ? given->bits_per_dim() : seen.bits_per_dim(seen.most_likely());
  }
};

Take judge(const ScoreOptions& o, const predict::Session& session,
           const predict::SpeechFeatures& speech, const std::string& path,
           const Reporter& reporter) {
  const motion::Motion motion = load_performance(path, session.config().axes, o.reading, reporter);
  return with_context(path, [&] {
    Take take;
    take.path = path;
    take.frames = motion.frames();
    const Conditions& conditions = session.config().conditions;
    auto style = o.condition.style_index(conditions);
    if (!style && !o.condition.emotion.empty()) {
      style =
          analyse::likeliest_style(session, speech, motion, o.condition.condition(0, conditions));
    }
    take.seen = analyse::recognise(session, speech, motion, style);
    if (!o.condition.emotion.empty()) {
      take.given = analyse::likelihood(session, speech, motion,
                                       o.condition.condition(take.seen.style, conditions));
    }
    warn_of_impossible(session, path, motion, reporter);
    return take;
  });
}

Json json_of(const Take& take, const std::string& given, double exponent,
             const Conditions& conditions) {
  const analyse::Labels labels(conditions);
  const auto p = analyse::probabilities(labels, take.seen.log_probs, exponent);
  const auto emotions = analyse::emotion_probabilities(labels, p);
  Json json{{"motion", take.path},
            {"frames", take.frames},
            {"dimensions", take.seen.dimensions},
            {"style", conditions.styles[static_cast<size_t>(take.seen.style)]}};
  if (take.given) {
    json["given"] = {{"condition", given},
                     {"log_likelihood", take.given->log_prob},
                     {"bits_per_dim", take.given->bits_per_dim()}};
  }
  json["most_likely"] = text_of(labels.at(take.seen.most_likely()), conditions);
  for (size_t e = 0; e < emotions.size(); ++e) {
    json["emotions"][conditions.emotions[e]] = emotions[e];
  }
  for (size_t i = 0; i < labels.size(); ++i) {
    json["conditions"].push_back({{"condition", text_of(labels.at(i), conditions)},
                                  {"log_likelihood", take.seen.log_probs[i]},
                                  {"bits_per_dim", take.seen.bits_per_dim(i)},
                                  {"probability", p[i]}});
  }
  return json;
}

std::string table_of(const Take& take, const ScoreOptions& o, double exponent,
                     const Conditions& conditions) {
  const analyse::Labels labels(conditions);
  const size_t best = take.seen.most_likely();
  std::string text = fmt::format("{}: {} frames, style {}{}\n", take.path, take.frames,
                                 conditions.styles[static_cast<size_t>(take.seen.style)],
                                 o.condition.id.empty() ? " (the most likely)" : "");
  if (take.given) {
    text += fmt::format("under {}: log-likelihood {:.1f}, {:.3f} bits per dimension\n",
                        o.condition.label(conditions), take.given->log_prob,
                        take.given->bits_per_dim());
  }
  text += fmt::format("most likely {}: log-likelihood {:.1f}, {:.3f} bits per dimension\n\n",
                      text_of(labels.at(best), conditions), take.seen.log_probs[best],
                      take.seen.bits_per_dim(best));
  const auto p = analyse::probabilities(labels, take.seen.log_probs, exponent);
  const auto emotions = analyse::emotion_probabilities(labels, p);
  text += fmt::format("{:<12}{:>8}", "probability", "all");
  for (const std::string& level : conditions.levels) text += fmt::format("{:>8}", level);
  text += fmt::format("{:>11}\n", "best bits");
  for (size_t e = 0; e < emotions.size(); ++e) {
    const size_t first = labels.index_of({static_cast<int>(e), 0});
    const size_t count = e == 0 ? 1 : labels.levels();
    double bits = take.seen.bits_per_dim(first);
    std::string levels;
    for (size_t l = 0; l < count; ++l) {
      bits = std::min(bits, take.seen.bits_per_dim(first + l));
      levels +=
          e == 0 ? std::string(8 * labels.levels(), ' ') : fmt::format("{:>8.3f}", p[first + l]);
    }
    text += fmt::format("{:<12}{:>8.3f}{}{:>11.3f}\n", conditions.emotions[e], emotions[e], levels,
                        bits);
  }
  return text;
}

std::string ranking_of(const std::vector<Take>& takes, const std::string& given,
                       const Conditions& conditions) {
  const analyse::Labels labels(conditions);
  std::string text = fmt::format("{:>4}  {:<32}{:>14}{:>16}  {:<18}{}\n", "rank", "motion",
                                 "bits per dim", "log-likelihood", "most likely", "style");
  for (size_t i = 0; i < takes.size(); ++i) {
    const Take& take = takes[i];
    const size_t best = take.seen.most_likely();
    text += fmt::format("{:>4}  {:<32}{:>14.3f}{:>16.1f}  {:<18}{}\n", i + 1, take.path,
                        take.bits(), take.given ? take.given->log_prob : take.seen.log_probs[best],
                        text_of(labels.at(best), conditions),
                        conditions.styles[static_cast<size_t>(take.seen.style)]);
  }
  text += fmt::format("ranked by bits per dimension under {}; fewer are more likely\n",
                      given.empty() ? "each one's most likely condition" : given);
  return text;
}

}  // namespace

Scored score_takes(const ScoreOptions& o, const Reporter& reporter) {
  const Conditions conditions = o.model.conditions();
  o.condition.style_index(conditions);
  const std::string label = o.condition.emotion.empty() ? "" : o.condition.label(conditions);
  std::vector<Take> takes;
  const auto calibration = analyse::load_calibration(o.model.folder());
  const predict::Session session = o.model.load(reporter);
  analyse::require_density(session.model(), "score");
  const audio::Audio sound = load_voice(o.voice, reporter);
  const auto speech = with_context(o.voice, [&] { return session.encode(sound); });
  for (const std::string& path : o.motion) {
    takes.push_back(judge(o, session, speech, path, reporter));
  }
  std::stable_sort(takes.begin(), takes.end(),
                   [](const Take& a, const Take& b) { return a.bits() < b.bits(); });
  Json all{{"voice", o.voice}, {"exponent", calibration.exponent}};
  for (const Take& take : takes) {
    all["takes"].push_back(json_of(take, label, calibration.exponent, conditions));
  }
  if (takes.size() == 1) {
    return {all, table_of(takes.front(), o, calibration.exponent, conditions)};
  }
  const bool one_style = label.empty() || !o.condition.id.empty();
  const std::string under =
      one_style
          ? label
          : fmt::format("{} in each one's likeliest style ({} names one)", label, Field("id"));
  return {all, ranking_of(takes, under, conditions)};
}

}  // namespace flowtalk::pipeline
