#include "flowtalk/pipeline/judged.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "flowtalk/analyse/plausibility.h"
#include "flowtalk/base/conditions.h"
#include "flowtalk/base/error.h"
#include "flowtalk/params/run_checkpoint.h"
#include "flowtalk/predict/default_checkpoint.h"

namespace flowtalk::pipeline {
namespace {

// Of analyse::prior_error: recorded clips of the corpus have at most 0.41, frozen faces
// and noise 0.92 and more.
constexpr double kImpossible = 0.6;

}  // namespace

std::optional<int> ConditionOptions::style_index(const Conditions& conditions) const {
  if (id.empty()) return std::nullopt;
  return parse_style(id, conditions);
}

condition::Asked ConditionOptions::condition(int style_number, const Conditions& conditions) const {
  const Mood mood = parse_mood(emotion, conditions);
  condition::Asked c;
  c.emotion = mood.weights;
  const float wanted = strength.value(conditions);
  c.strength = mood.neutral() ? 0.0f : wanted;
  c.style = style_number;
  return c;
}

std::string ConditionOptions::label(const Conditions& conditions) const {
  const Mood mood = parse_mood(emotion, conditions);
  if (mood.neutral()) return mood.label;
  return fmt::format("{} {}", mood.label, strength.label(' ', conditions));
}

std::string text_of(const analyse::Label& label, const Conditions& conditions) {
  const std::string& emotion = conditions.emotions.at(static_cast<size_t>(label.emotion));
  if (label.emotion == kNeutral) return emotion;
  return fmt::format("{} {}", emotion, conditions.levels.at(static_cast<size_t>(label.level)));
}

evaluate::EmotionClassifier load_classifier(const std::string& named) {
  namespace fs = std::filesystem;
  const fs::path folder = named.empty() ? predict::shipped_model("classifier") : fs::path(named);
  return evaluate::EmotionClassifier::load(params::checkpoint_in(folder).folder);
}

void check_same_emotions(const evaluate::EmotionClassifier& classifier,
                         const predict::Session& session) {
  const auto &judged = classifier.conditions().emotions,
             &shown = session.config().conditions.emotions;
  if (judged == shown) return;
  fail(
      "the emotion classifier knows {}, the model {}; train one on the model's data with `flowtalk "
      "train classifier` and give it as {}",
      fmt::join(judged, " "), fmt::join(shown, " "), Field("classifier"));
}

void warn_of_impossible(const predict::Session& session, const std::string& path,
                        const motion::Motion& motion, const Reporter& reporter) {
  const double error = analyse::prior_error(session, motion);
  if (error < kImpossible) return;
  reporter.warn(
      fmt::format("{}: {:.0f} % of this motion is beyond what the model has learned of faces; what "
                  "is said of it means little",
                  path, std::min(100.0, 100 * error)));
}

motion::Motion load_performance(const std::string& path, motion::Axes axes,
                                const MotionOptions& options, const Reporter& reporter) {
  std::vector<std::string> said;  // once the file is not refused
  Reporter later;
  later.warn = [&](const std::string& text) { said.push_back(text); };
  motion::Motion motion = read_motion_25(path, axes, options, later);
  const tensor::Tensor rows = live_of(motion);
  for (const float v : rows.values()) {
    if (!(std::abs(v) < 1e3f)) fail("{}: holds a value of {}, which no face has", path, v);
  }
  for (const std::string& text : said) reporter.warn(text);
  return motion;
}

}  // namespace flowtalk::pipeline
