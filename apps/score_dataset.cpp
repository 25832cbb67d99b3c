// flowtalk score --dataset: are the labels recognised, and which clips are implausible?
#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "apps/score.h"
#include "apps/voices.h"
#include "flowtalk/base/conditions.h"
#include "flowtalk/base/error.h"
#include "flowtalk/base/fields.h"
#include "flowtalk/base/files.h"
#include "flowtalk/base/progress.h"
#include "flowtalk/data/index.h"
#include "flowtalk/evaluate/plausibility.h"

namespace flowtalk::apps {
namespace fs = std::filesystem;
namespace {

struct Judged {
  std::string stem;
  int labelled_style = 0;
  predict::Label label, best;  // of its name, and the most likely
  size_t index = 0;            // of the label
  predict::Recognition seen;

  double bits() const { return seen.bits_per_dim(index); }
};

struct Summary {
  std::vector<std::vector<int>> confusion;  // [labelled][recognised]
  int clips = 0, emotional = 0, emotion_right = 0, level_right = 0, style_right = 0;
  double bits = 0, confidence = 0;  // means; confidence: of the recognised emotion

  double accuracy() const { return static_cast<double>(emotion_right) / clips; }
};

Judged judge(const data::Clip& clip, const predict::Predictor& predictor, bool any_style) {
  const motion::Motion motion = load_performance(clip.npy.string(), predictor.config().axes);
  const audio::Audio voice = load_voice(clip.wav);
  return with_context(clip.npy.string(), [&] {
    const auto speech = predictor.encode(voice);
    const std::optional<int> style = any_style ? std::nullopt : std::optional<int>(clip.name.style);
    const int level = clip.name.emotion == kNeutral ? 0 : clip.name.level;
    const predict::Labels labels(predictor.config().conditions);
    Judged judged{clip.stem, clip.name.style, {clip.name.emotion, level}, {}, 0, {}};
    judged.seen = recognise(predictor, speech, motion, style);
    judged.best = labels.at(judged.seen.most_likely());
    judged.index = labels.index_of(judged.label);
    return judged;
  });
}

Summary summary_of(const std::vector<Judged>& clips, double exponent,
                   const predict::Labels& labels) {
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

void print_summary(const Summary& s, const ScoredDataset& c, const predict::Calibration& used,
                   const std::vector<std::string>& emotions) {
  fmt::print("{} clips, split {}, style {}\n", s.clips, c.data.split,
             c.style == "any" ? "the most likely" : "of each clip's name");
  fmt::print("emotion recognised       {:.3f}  ({} of {}; mean probability {:.3f})\n", s.accuracy(),
             s.emotion_right, s.clips, s.confidence);
  if (s.emotional > 0) {
    fmt::print("emotion and level        {:.3f}  ({} of {} emotional clips)\n",
               static_cast<double>(s.level_right) / s.emotional, s.level_right, s.emotional);
  }
  if (c.style == "any") {
    fmt::print("style recognised         {:.3f}\n", static_cast<double>(s.style_right) / s.clips);
  }
  fmt::print("bits per dimension       {:.3f}  (mean under the labels)\n", s.bits);
  fmt::print("exponent                 {:.3g}  ({})\n\n", used.exponent,
             used.clips > 0 ? fmt::format("fitted on {} clips", used.clips)
                            : std::string("usual; fit it with --calibrate"));
  fmt::print("{:<12}", "labelled");
  for (const std::string& name : emotions) fmt::print("{:>10}", name);
  for (size_t e = 0; e < emotions.size(); ++e) {
    fmt::print("\n{:<12}", emotions[e]);
    for (const int count : s.confusion[e]) fmt::print("{:>10}", count);
  }
  fmt::print("\n");
}

void print_suspicious(const std::vector<Judged>& clips, const std::vector<double>& z,
                      const Conditions& conditions) {
  fmt::print("\n{:<16}{:>8}{:>14}  {:<18}{}\n", "implausible", "z", "bits per dim", "labelled",
             "why");
  int found = 0;
  for (const size_t i : evaluate::most_suspicious(z)) {
    if (!is_suspicious(clips[i], z[i])) continue;
    ++found;
    fmt::print("{:<16}{:>8.1f}{:>14.3f}  {:<18}{}\n", clips[i].stem, z[i], clips[i].bits(),
               text_of(clips[i].label, conditions), suspicion(clips[i], z[i], conditions));
  }
  fmt::print("{} of {} clips; |z| > {} or another emotion is more likely\n", found, clips.size(),
             evaluate::kImplausible);
}

Json json_of(const std::vector<Judged>& clips, const Summary& s, const ScoredDataset& c,
             const predict::Calibration& used, const Conditions& conditions) {
  Json json{{"split", c.data.split},
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
  const predict::Labels labels(conditions);
  const std::vector<double> z = z_of(clips);
  for (const size_t i : evaluate::most_suspicious(z)) {
    const Judged& clip = clips[i];
    const auto p = predict::probabilities(labels, clip.seen.log_probs, used.exponent);
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

void ScoredDataset::add_to(CLI::App& app) {
  data.add_to(app, "folder in 3DMEAD's layout: all clips of a split are scored");
  app.add_flag("--flag", flag, "list the clips whose likelihood is not that of their neighbours");
  app.add_flag("--calibrate", calibrate,
               "fit the exponent of the probabilities on this split and keep it in the checkpoint");
}

void ScoredDataset::run(const ModelChoice& model, const std::string& json, bool quiet) const {
  if (!style.empty() && style != "any") {
    fail_usage("--id {}: a data set's clips have their own styles; leave it out, or give any",
               style);
  }
  const fs::path checkpoint = model.folder();
  const Conditions conditions = model.conditions();
  const predict::Labels labels(conditions);
  const data::Index index = data.index();
  const auto clips = data.clips(index, conditions);
  predict::Calibration used = predict::load_calibration(checkpoint);
  if (calibrate) check_writable(checkpoint / "calibration.json");
  const predict::Predictor predictor = model.load();
  check_axes(data.folder(), index, predictor);
  Progress progress("score", static_cast<int64_t>(clips.size()), "clips", quiet);
  std::vector<Judged> judged;
  for (const data::Clip& clip : clips) {
    judged.push_back(judge(clip, predictor, style == "any"));
    progress.advance();
  }
  if (calibrate) {
    std::vector<predict::LabelledLikelihood> labelled;
    for (const Judged& clip : judged) labelled.push_back({clip.label, clip.seen.log_probs});
    used = predict::fit_exponent(labels, labelled);
    predict::save_calibration(checkpoint, used);
  }
  const Summary summary = summary_of(judged, used.exponent, labels);
  if (!json.empty())
    save_file(json, json_of(judged, summary, *this, used, conditions).dump(2) + "\n");
  if (quiet) return;
  print_summary(summary, *this, used, conditions.emotions);
  if (flag) print_suspicious(judged, z_of(judged), conditions);
}

}  // namespace flowtalk::apps
