#include "apps/judged.h"

#include <cmath>

#include "apps/performance.h"
#include "flowtalk/base/conditions.h"
#include "flowtalk/base/error.h"
#include "flowtalk/data/index.h"

namespace flowtalk::apps {
namespace fs = std::filesystem;

void ModelChoice::add_to(CLI::App& app) {
  app.add_option("--model,--checkpoint", checkpoint,
                 "checkpoint folder (default: the one that ships)");
  app.add_option("--encoder", encoder,
                 "HuBERT folder of Hugging Face, for models that were trained with one");
  app.add_option("--threads", threads, "threads to compute with (default: all)")
      ->check(CLI::Range(0, 256));
}

fs::path ModelChoice::folder() const {
  return checkpoint.empty() ? predict::default_checkpoint() : fs::path(checkpoint);
}

predict::Predictor ModelChoice::load() const {
  return predict::Predictor::load(folder(), threads, encoder);
}

void ConditionOptions::add_to(CLI::App& app, const std::string& prefix, const std::string& what) {
  app.add_option("--" + prefix + "emotion", emotion,
                 what + ": a name, 0-7, or a mix such as happy:0.6,surprised:0.4");
  auto* level = app.add_option("--" + prefix + "intensity", intensity,
                               "low, medium, high or 0-2 (default medium; neutral has one level)");
  const std::string option = "--" + prefix + "strength";
  app.add_option_function<double>(
         option,
         [this, option](double value) {
           if (!(value >= 0 && value <= kMaxStrength)) {
             fail_usage("{} {}: expected between 0 and {}", option, value, kMaxStrength);
           }
           strength = value;
         },
         "any strength instead of a level, 0 to 1.25")
      ->excludes(level);
  app.add_option("--" + prefix + "id", style, what + ": speaking style, one of 32: M003 ... W029");
}

std::optional<int> ConditionOptions::style_index() const {
  if (style.empty()) return std::nullopt;
  return parse_style(style);
}

predict::Condition ConditionOptions::condition(int style_number) const {
  const Mood mood = parse_mood(emotion);
  predict::Condition c;
  c.emotion = mood.weights;
  const float wanted =
      strength < 0 ? strength_of_level(parse_level(intensity)) : static_cast<float>(strength);
  c.strength = mood.neutral() ? 0.0f : wanted;
  c.style = style_number;
  return c;
}

std::string ConditionOptions::label() const {
  const Mood mood = parse_mood(emotion);
  if (mood.neutral()) return mood.label;
  if (strength >= 0) return fmt::format("{} strength {:.2f}", mood.label, strength);
  return fmt::format("{} {}", mood.label, kLevels[static_cast<size_t>(parse_level(intensity))]);
}

std::string text_of(const predict::Label& label) {
  const auto emotion = kEmotions[static_cast<size_t>(label.emotion)];
  if (label.emotion == kNeutral) return std::string(emotion);
  return fmt::format("{} {}", emotion, kLevels[static_cast<size_t>(label.level)]);
}

tensor::Tensor load_performance(const std::string& path) {
  tensor::Tensor motion = data::load_motion(path);
  for (const float v : motion.values()) {
    if (!(std::abs(v) < 1e3f)) fail("{}: holds a value of {}, which no face has", path, v);
  }
  return motion;
}

}  // namespace flowtalk::apps
