// flowtalk score VOICE --motion ...: one performance, or several ranked.
#include <fmt/core.h>

#include <algorithm>

#include "apps/score.h"
#include "apps/voices.h"
#include "flowtalk/analyse/density.h"
#include "flowtalk/base/conditions.h"
#include "flowtalk/base/error.h"
#include "flowtalk/base/fields.h"
#include "flowtalk/base/files.h"

namespace flowtalk::apps {
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

Take judge(const ScoredTakes& c, const predict::Session& session,
           const predict::SpeechFeatures& speech, const std::string& path) {
  const motion::Motion motion = load_performance(path, session.config().axes);
  return with_context(path, [&] {
    Take take;
    take.path = path;
    take.frames = motion.frames();
    auto style = c.given.style_index();
    if (!style && !c.given.emotion.empty()) {
      style = analyse::likeliest_style(session, speech, motion, c.given.condition(0));
    }
    take.seen = analyse::recognise(session, speech, motion, style);
    if (!c.given.emotion.empty()) {
      take.given = analyse::likelihood(session, speech, motion, c.given.condition(take.seen.style));
    }
    warn_of_impossible(session, path, motion);
    return take;
  });
}

Json json_of(const Take& take, const std::string& given, double exponent) {
  const auto p = analyse::probabilities(take.seen.log_probs, exponent);
  const auto emotions = analyse::emotion_probabilities(p);
  Json json{{"motion", take.path},
            {"frames", take.frames},
            {"dimensions", take.seen.dimensions},
            {"style", kStyles[static_cast<size_t>(take.seen.style)]}};
  if (take.given) {
    json["given"] = {{"condition", given},
                     {"log_likelihood", take.given->log_prob},
                     {"bits_per_dim", take.given->bits_per_dim()}};
  }
  json["most_likely"] = text_of(analyse::label_at(take.seen.most_likely()));
  for (size_t e = 0; e < kEmotions.size(); ++e) {
    json["emotions"][std::string(kEmotions[e])] = emotions[e];
  }
  for (size_t i = 0; i < analyse::kLabels; ++i) {
    json["conditions"].push_back({{"condition", text_of(analyse::label_at(i))},
                                  {"log_likelihood", take.seen.log_probs[i]},
                                  {"bits_per_dim", take.seen.bits_per_dim(i)},
                                  {"probability", p[i]}});
  }
  return json;
}

void print_take(const Take& take, const ScoredTakes& c, double exponent) {
  const size_t best = take.seen.most_likely();
  fmt::print("{}: {} frames, style {}{}\n", take.path, take.frames,
             kStyles[static_cast<size_t>(take.seen.style)],
             c.given.style.empty() ? " (the most likely)" : "");
  if (take.given) {
    fmt::print("under {}: log-likelihood {:.1f}, {:.3f} bits per dimension\n", c.given.label(),
               take.given->log_prob, take.given->bits_per_dim());
  }
  fmt::print("most likely {}: log-likelihood {:.1f}, {:.3f} bits per dimension\n\n",
             text_of(analyse::label_at(best)), take.seen.log_probs[best],
             take.seen.bits_per_dim(best));
  const auto p = analyse::probabilities(take.seen.log_probs, exponent);
  const auto emotions = analyse::emotion_probabilities(p);
  fmt::print("{:<12}{:>8}{:>8}{:>8}{:>8}{:>11}\n", "probability", "all", "low", "medium", "high",
             "best bits");
  for (size_t e = 0; e < kEmotions.size(); ++e) {
    const size_t first = analyse::index_of({static_cast<int>(e), 0}), count = e == 0 ? 1 : 3;
    double bits = take.seen.bits_per_dim(first);
    std::string levels;
    for (size_t l = 0; l < count; ++l) {
      bits = std::min(bits, take.seen.bits_per_dim(first + l));
      levels += e == 0 ? std::string(24, ' ') : fmt::format("{:>8.3f}", p[first + l]);
    }
    fmt::print("{:<12}{:>8.3f}{}{:>11.3f}\n", kEmotions[e], emotions[e], levels, bits);
  }
}

void print_ranking(const std::vector<Take>& takes, const std::string& given) {
  fmt::print("{:>4}  {:<32}{:>14}{:>16}  {:<18}{}\n", "rank", "motion", "bits per dim",
             "log-likelihood", "most likely", "style");
  for (size_t i = 0; i < takes.size(); ++i) {
    const Take& take = takes[i];
    const size_t best = take.seen.most_likely();
    fmt::print("{:>4}  {:<32}{:>14.3f}{:>16.1f}  {:<18}{}\n", i + 1, take.path, take.bits(),
               take.given ? take.given->log_prob : take.seen.log_probs[best],
               text_of(analyse::label_at(best)), kStyles[static_cast<size_t>(take.seen.style)]);
  }
  fmt::print("ranked by bits per dimension under {}; fewer are more likely\n",
             given.empty() ? "each one's most likely condition" : given);
}

}  // namespace

void ScoredTakes::run(const ModelChoice& model, const std::string& json, bool quiet) const {
  given.style_index();
  const std::string label = given.emotion.empty() ? "" : given.label();
  std::vector<Take> takes;
  const auto calibration = analyse::load_calibration(model.folder());
  const predict::Session session = model.load();
  analyse::require_density(session.model(), "score");
  const audio::Audio sound = load_voice(voice);
  const auto speech = with_context(voice, [&] { return session.encode(sound); });
  for (const std::string& path : motions) takes.push_back(judge(*this, session, speech, path));
  std::stable_sort(takes.begin(), takes.end(),
                   [](const Take& a, const Take& b) { return a.bits() < b.bits(); });
  if (!json.empty()) {
    Json all{{"voice", voice}, {"exponent", calibration.exponent}};
    for (const Take& take : takes)
      all["takes"].push_back(json_of(take, label, calibration.exponent));
    save_file(json, all.dump(2) + "\n");
  }
  if (quiet) return;
  if (takes.size() == 1) {
    print_take(takes.front(), *this, calibration.exponent);
  } else {
    print_ranking(takes, label.empty() || !given.style.empty()
                             ? label
                             : label + " in each one's likeliest style (--id names one)");
  }
}

}  // namespace flowtalk::apps
