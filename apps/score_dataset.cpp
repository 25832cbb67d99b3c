// flowtalk score --dataset: are the labels recognised, and which clips are implausible?
#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "apps/score.h"
#include "apps/voices.h"
#include "flowtalk/analyse/density.h"
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
  analyse::Label label;
  analyse::Recognition seen;

  double bits() const { return seen.bits_per_dim(analyse::index_of(label)); }
  analyse::Label best() const { return analyse::label_at(seen.most_likely()); }
};

struct Summary {
  std::array<std::array<int, 8>, 8> confusion{};  // [labelled][recognised]
  int clips = 0, emotional = 0, emotion_right = 0, level_right = 0, style_right = 0;
  double bits = 0, confidence = 0;  // means; confidence: of the recognised emotion

  double accuracy() const { return static_cast<double>(emotion_right) / clips; }
};

Judged judge(const data::Clip& clip, const predict::Session& session, bool any_style) {
  const motion::Motion motion = load_performance(clip.npy.string(), session.config().axes);
  const audio::Audio voice = load_voice(clip.wav);
  return with_context(clip.npy.string(), [&] {
    const auto speech = session.encode(voice);
    const std::optional<int> style = any_style ? std::nullopt : std::optional<int>(clip.name.style);
    const int level = clip.name.emotion == kNeutral ? 0 : clip.name.level;
    return Judged{clip.stem,
                  clip.name.style,
                  {clip.name.emotion, level},
                  analyse::recognise(session, speech, motion, style)};
  });
}

Summary summary_of(const std::vector<Judged>& clips, double exponent) {
  Summary s;
  s.clips = static_cast<int>(clips.size());
  for (const Judged& clip : clips) {
    const auto emotions =
        analyse::emotion_probabilities(analyse::probabilities(clip.seen.log_probs, exponent));
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
    s.level_right += clip.best() == clip.label ? 1 : 0;
  }
  return s;
}

std::vector<double> z_of(const std::vector<Judged>& clips) {
  std::vector<evaluate::ScoredClip> scored;
  for (const Judged& clip : clips) scored.push_back({analyse::index_of(clip.label), clip.bits()});
  return evaluate::robust_z(scored);
}

bool is_suspicious(const Judged& clip, double z) {
  return std::abs(z) > evaluate::kImplausible || clip.best().emotion != clip.label.emotion;
}

// In words, what a person should look at first.
std::string suspicion(const Judged& clip, double z) {
  if (clip.best().emotion != clip.label.emotion) return "looks " + text_of(clip.best());
  if (z > evaluate::kImplausible) return "unlikely for its voice and label";
  return z < -evaluate::kImplausible ? "too regular" : "";
}

void print_summary(const Summary& s, const ScoredDataset& c, const analyse::Calibration& used) {
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
  for (const auto name : kEmotions) fmt::print("{:>10}", name);
  for (size_t e = 0; e < kEmotions.size(); ++e) {
    fmt::print("\n{:<12}", kEmotions[e]);
    for (const int count : s.confusion[e]) fmt::print("{:>10}", count);
  }
  fmt::print("\n");
}

void print_suspicious(const std::vector<Judged>& clips, const std::vector<double>& z) {
  fmt::print("\n{:<16}{:>8}{:>14}  {:<18}{}\n", "implausible", "z", "bits per dim", "labelled",
             "why");
  int found = 0;
  for (const size_t i : evaluate::most_suspicious(z)) {
    if (!is_suspicious(clips[i], z[i])) continue;
    ++found;
    fmt::print("{:<16}{:>8.1f}{:>14.3f}  {:<18}{}\n", clips[i].stem, z[i], clips[i].bits(),
               text_of(clips[i].label), suspicion(clips[i], z[i]));
  }
  fmt::print("{} of {} clips; |z| > {} or another emotion is more likely\n", found, clips.size(),
             evaluate::kImplausible);
}

Json json_of(const std::vector<Judged>& clips, const Summary& s, const ScoredDataset& c,
             const analyse::Calibration& used) {
  Json json{{"split", c.data.split},
            {"clips", s.clips},
            {"emotion_accuracy", s.accuracy()},
            {"mean_probability", s.confidence},
            {"emotion_and_level_accuracy",
             s.emotional > 0 ? Json(static_cast<double>(s.level_right) / s.emotional) : Json()},
            {"bits_per_dim", s.bits},
            {"exponent", used.exponent},
            {"calibrated_on_clips", used.clips},
            {"emotions", kEmotions},
            {"confusion", s.confusion}};
  const std::vector<double> z = z_of(clips);
  for (const size_t i : evaluate::most_suspicious(z)) {
    const Judged& clip = clips[i];
    const auto p = analyse::probabilities(clip.seen.log_probs, used.exponent);
    json["by_clip"].push_back(
        {{"clip", clip.stem},
         {"labelled", text_of(clip.label)},
         {"recognised", text_of(clip.best())},
         {"style", kStyles[static_cast<size_t>(clip.seen.style)]},
         {"probability_of_label", p[analyse::index_of(clip.label)]},
         {"log_likelihood", clip.seen.log_probs[analyse::index_of(clip.label)]},
         {"bits_per_dim", clip.bits()},
         {"z", z[i]},
         {"suspicious", is_suspicious(clip, z[i])},
         {"why", suspicion(clip, z[i])}});
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
  const auto clips = data.clips();
  const fs::path checkpoint = model.folder();
  analyse::Calibration used = analyse::load_calibration(checkpoint);
  if (calibrate) check_writable(checkpoint / "calibration.json");
  const predict::Session session = model.load();
  analyse::require_density(session.model(), "score");
  check_axes(data.folder(), session);
  Progress progress("score", static_cast<int64_t>(clips.size()), "clips", quiet);
  std::vector<Judged> judged;
  for (const data::Clip& clip : clips) {
    judged.push_back(judge(clip, session, style == "any"));
    progress.advance();
  }
  if (calibrate) {
    std::vector<analyse::LabelledLikelihood> labelled;
    for (const Judged& clip : judged) labelled.push_back({clip.label, clip.seen.log_probs});
    used = analyse::fit_exponent(labelled);
    analyse::save_calibration(checkpoint, used);
  }
  const Summary summary = summary_of(judged, used.exponent);
  if (!json.empty()) save_file(json, json_of(judged, summary, *this, used).dump(2) + "\n");
  if (quiet) return;
  print_summary(summary, *this, used);
  if (flag) print_suspicious(judged, z_of(judged));
}

}  // namespace flowtalk::apps
