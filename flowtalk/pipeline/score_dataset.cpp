// flowtalk score --dataset: are the labels recognised, and which clips are implausible?
#include <algorithm>
#include <cmath>

#include "flowtalk/analyse/density.h"
#include "flowtalk/base/conditions.h"
#include "flowtalk/base/error.h"
#include "flowtalk/base/fields.h"
#include "flowtalk/base/files.h"
#include "flowtalk/data/index.h"
#include "flowtalk/evaluate/plausibility.h"
#include "flowtalk/pipeline/score.h"
#include "flowtalk/pipeline/voices.h"

namespace flowtalk::pipeline {
namespace fs = std::filesystem;
namespace {

struct Judged {
  std::string stem;
  int labelled_style = 0;
  analyse::Label label, best;  // of its name, and the most likely
  size_t index = 0;            // of the label
  analyse::Recognition seen;

  double bits() const { return seen.bits_per_dim(index); }
};

struct Summary {
  std::vector<std::vector<int>> confusion;  // [labelled][recognised]
  int clips = 0, emotional = 0, emotion_right = 0, level_right = 0, style_right = 0;
  double bits = 0, confidence = 0;  // means; confidence: of the recognised emotion

  double accuracy() const { return static_cast<double>(emotion_right) / clips; }
};

Judged judge(const data::Clip& clip, const predict::Session& session, bool any_style,
             const Reporter& reporter) {
  const motion::Motion motion =
      load_performance(clip.motion.string(), session.config().axes, {}, {});
  const audio::Audio voice = load_voice(clip.wav, reporter);
  return with_context(clip.motion.string(), [&] {
    const auto speech = session.encode(voice);
    const std::optional<int> style = any_style ? std::nullopt : std::optional<int>(clip.name.style);
    const int level = clip.name.emotion == kNeutral ? 0 : clip.name.level;
    const analyse::Labels labels(session.config().conditions);
    Judged judged{clip.stem, clip.name.style, {clip.name.emotion, level}, {}, 0, {}};
    judged.seen = analyse::recognise(session, speech, motion, style);
    judged.best = labels.at(judged.seen.most_likely());
    judged.index = labels.index_of(judged.label);
    return judged;
  });
}

Summary summary_of(const std::vector<Judged>& clips, double exponent,
                   const analyse::Labels& labels) {
  Summary s;
  s.confusion.assign(labels.emotions(), std::vector<int>(labels.emotions(), 0));
  s.clips = static_cast<int>(clips.size());
  for (const Judged& clip : clips) {
    const auto emotions =
        emotion_probabilities(labels, probabilities(labels, clip.seen.log_probs, exponent));
    const auto top = std::max_element(emotions.begin(), emotions.end());
    const auto recognised = static_cast<size_t>(top - emotions.begin());
    const auto labelled = static_cast<size_t>(clip.label.emotion);
    ++s.confusion[labelled][recognised];
    s.confidence += *top / s.clips;
    s.bits += clip.bits() / s.clips;
    s.style_right += clip.seen.style == clip.labelled_style ? 1 : 0;
    s.emotion_right += recognised == labelled ? 1 : 0;
    if (clip.label.emotion == kNeutral) continue;
    ++s.emotional;
    s.level_right += clip.best == clip.label ? 1 : 0;
  }
  return s;
}

std::vector<double> z_of(const std::vector<Judged>& clips) {
  std::vector<evaluate::ScoredClip> scored;
  for (const Judged& clip : clips) scored.push_back({clip.index, clip.bits()});
  return evaluate::robust_z(scored);
}

bool is_suspicious(const Judged& clip, double z) {
  return std::abs(z) > evaluate::kImplausible || clip.best.emotion != clip.label.emotion;
}

// In words, what a person should look at first.
std::string suspicion(const Judged& clip, double z, const Conditions& conditions) {
  if (clip.best.emotion != clip.label.emotion) return "looks " + text_of(clip.best, conditions);
  if (z > evaluate::kImplausible) return "unlikely for its voice and label";
  return z < -evaluate::kImplausible ? "too regular" : "";
}

std::string table_of(const Summary& s, const ScoreOptions& o, const analyse::Calibration& used,
                     const std::vector<std::string>& emotions) {
  std::string text =
      fmt::format("{} clips, split {}, style {}\n", s.clips, o.data.split_name(),
                  o.condition.id == "any" ? "the most likely" : "of each clip's name");
  text += fmt::format("emotion recognised       {:.3f}  ({} of {}; mean probability {:.3f})\n",
                      s.accuracy(), s.emotion_right, s.clips, s.confidence);
  if (s.emotional > 0) {
    text +=
        fmt::format("emotion and level        {:.3f}  ({} of {} emotional clips)\n",
                    static_cast<double>(s.level_right) / s.emotional, s.level_right, s.emotional);
  }
  if (o.condition.id == "any") {
    text += fmt::format("style recognised         {:.3f}\n",
                        static_cast<double>(s.style_right) / s.clips);
  }
  text += fmt::format("bits per dimension       {:.3f}  (mean under the labels)\n", s.bits);
  text += fmt::format("exponent                 {:.3g}  ({})\n\n", used.exponent,
                      used.clips > 0 ? fmt::format("fitted on {} clips", used.clips)
                                     : fmt::format("usual; fit it with {}", Field("calibrate")));
  text += fmt::format("{:<12}", "labelled");
  for (const std::string& name : emotions) text += fmt::format("{:>10}", name);
  for (size_t e = 0; e < emotions.size(); ++e) {
    text += fmt::format("\n{:<12}", emotions[e]);
    for (const int count : s.confusion[e]) text += fmt::format("{:>10}", count);
  }
  return text + "\n";
}

std::string suspicious_of(const std::vector<Judged>& clips, const std::vector<double>& z,
                          const Conditions& conditions) {
  std::string text = fmt::format("\n{:<16}{:>8}{:>14}  {:<18}{}\n", "implausible", "z",
                                 "bits per dim", "labelled", "why");
  int found = 0;
  for (const size_t i : evaluate::most_suspicious(z)) {
    if (!is_suspicious(clips[i], z[i])) continue;
    ++found;
    text += fmt::format("{:<16}{:>8.1f}{:>14.3f}  {:<18}{}\n", clips[i].stem, z[i], clips[i].bits(),
                        text_of(clips[i].label, conditions), suspicion(clips[i], z[i], conditions));
  }
  text += fmt::format("{} of {} clips; |z| > {} or another emotion is more likely\n", found,
                      clips.size(), evaluate::kImplausible);
  return text;
}

Json json_of(const std::vector<Judged>& clips, const Summary& s, const ScoreOptions& o,
             const analyse::Calibration& used, const Conditions& conditions) {
  Json json{{"split", o.data.split_name()},
            {"clips", s.clips},
            {"emotion_accuracy", s.accuracy()},
            {"mean_probability", s.confidence},
            {"emotion_and_level_accuracy",
             s.emotional > 0 ? Json(static_cast<double>(s.level_right) / s.emotional) : Json()},
            {"bits_per_dim", s.bits},
            {"exponent", used.exponent},
            {"calibrated_on_clips", used.clips},
            {"emotions", conditions.emotions},
            {"confusion", s.confusion}};
  const analyse::Labels labels(conditions);
  const std::vector<double> z = z_of(clips);
  for (const size_t i : evaluate::most_suspicious(z)) {
    const Judged& clip = clips[i];
    const auto p = analyse::probabilities(labels, clip.seen.log_probs, used.exponent);
    json["by_clip"].push_back({{"clip", clip.stem},
                               {"labelled", text_of(clip.label, conditions)},
                               {"recognised", text_of(clip.best, conditions)},
                               {"style", conditions.styles[static_cast<size_t>(clip.seen.style)]},
                               {"probability_of_label", p[clip.index]},
                               {"log_likelihood", clip.seen.log_probs[clip.index]},
                               {"bits_per_dim", clip.bits()},
                               {"z", z[i]},
                               {"suspicious", is_suspicious(clip, z[i])},
                               {"why", suspicion(clip, z[i], conditions)}});
  }
  return json;
}

}  // namespace

Scored score_dataset(const ScoreOptions& o, const Reporter& reporter) {
  const std::string& style = o.condition.id;
  if (!style.empty() && style != "any") {
    fail_usage("{} {}: a data set's clips have their own styles; leave it out, or give any",
               Field("id"), style);
  }
  const fs::path checkpoint = o.model.folder();
  const Conditions conditions = o.model.conditions();
  const analyse::Labels labels(conditions);
  const data::Index index = o.data.index();
  const auto clips = o.data.clips(index, conditions);
  analyse::Calibration used = analyse::load_calibration(checkpoint);
  if (o.calibrate) check_writable(checkpoint / "calibration.json");
  const predict::Session session = o.model.load(reporter);
  analyse::require_density(session.model(), "score");
  check_axes(o.data.folder(), index, session);
  const Advance advance = reporter.begin("score", static_cast<int64_t>(clips.size()), "clips");
  std::vector<Judged> judged;
  for (const data::Clip& clip : clips) {
    judged.push_back(judge(clip, session, style == "any", reporter));
    advance(1, "");
  }
  if (o.calibrate) {
    std::vector<analyse::LabelledLikelihood> labelled;
    for (const Judged& clip : judged) labelled.push_back({clip.label, clip.seen.log_probs});
    used = analyse::fit_exponent(labels, labelled);
    analyse::save_calibration(checkpoint, used);
  }
  const Summary summary = summary_of(judged, used.exponent, labels);
  std::string text = table_of(summary, o, used, conditions.emotions);
  if (o.flag) text += suspicious_of(judged, z_of(judged), conditions);
  return {json_of(judged, summary, o, used, conditions), std::move(text)};
}

}  // namespace flowtalk::pipeline
