#include "apps/performance.h"

#include <cmath>

#include "flowtalk/base/conditions.h"
#include "flowtalk/base/error.h"

namespace flowtalk::apps {
namespace {

float strength_of(const Performance& p) {
  if (p.strength < 0) return strength_of_level(parse_level(p.intensity));
  return static_cast<float>(p.strength);
}

}  // namespace

bool Mood::neutral() const { return weights[kNeutral] >= 1.0f; }

Mood parse_mood(const std::string& text) {
  Mood mood{parse_emotion_mix(text), ""};
  for (size_t i = 0; i < kEmotions.size(); ++i) {
    const float weight = mood.weights[i];
    if (weight <= 0) continue;
    if (!mood.label.empty()) mood.label += "-";
    mood.label += kEmotions[i];
    if (weight < 1) mood.label += std::to_string(std::lround(100 * weight));
  }
  return mood;
}

int parse_style_or_average(const std::string& text) {
  return text == "average" ? static_cast<int>(model::kAverageStyle) : parse_style(text);
}

void Performance::add_to(CLI::App& app) {
  app.add_option("--id", style,
                 "speaking style, one of 32: M003 ... W029, or average (default M003)");
  app.add_option("--subject", subject,
                 "whose face, as in the reference: with --templates its mesh or shape; it is the "
                 "style when --id is not given");
  auto* level = app.add_option("--intensity", intensity,
                               "low, medium, high or 0-2 (default medium; neutral has one level)");
  app.add_option_function<double>(
         "--strength",
         [this](double value) {
           if (!(value >= 0 && value <= kMaxStrength)) {
             fail_usage("--strength {}: expected between 0 and {}", value, kMaxStrength);
           }
           strength = value;
         },
         "any strength instead of a level: 0 is neutral, 1 is high, 1.25 the most")
      ->excludes(level);
  app.add_option("--take", take, "another take of the same seed (default 0)");
  add_sampling_to(app);
}

void Performance::add_sampling_to(CLI::App& app) {
  app.add_option_function<double>(
      "--temperature",
      [this](double value) {
        if (!(value >= 0 && value <= 1)) {
          fail_usage("--temperature {}: expected between 0 and 1; 0.1 to 0.5 is useful", value);
        }
        temperature = value;
      },
      "how much chance is in a sample, 0.1 to 0.5 is useful (default 0.3)");
  app.add_flag("--deterministic", deterministic, "the one most typical answer, no chance in it");
  app.add_option("--seed", seed, "the same seed gives the same motion (default 0)");
  app.add_option("--model,--checkpoint", checkpoint,
                 "checkpoint folder (default: the one that ships)");
  app.add_option("--encoder", encoder,
                 "HuBERT folder of Hugging Face, for models that were trained with one");
  app.add_option("--threads", threads, "threads to compute with (default: all)")
      ->check(CLI::Range(0, 256));
}

predict::PredictOptions Performance::options(const Mood& mood) const {
  predict::PredictOptions options;
  options.emotion = mood.weights;
  const float wanted = strength_of(*this);
  options.strength = mood.neutral() ? 0.0f : wanted;
  const bool of_style = !subject.empty() && (style.empty() || templates.empty());
  const int face = of_style ? parse_style(subject) : 0;
  options.style = style.empty() ? face : parse_style_or_average(style);
  options.temperature = static_cast<float>(temperature);
  options.deterministic = deterministic;
  options.seed = seed;
  options.take = take;
  return options;
}

std::string Performance::level_label() const {
  if (strength >= 0) return fmt::format("strength-{:.2f}", strength);
  return std::string(kLevels[static_cast<size_t>(parse_level(intensity))]);
}

predict::Predictor Performance::load() const {
  return predict::Predictor::load(
      checkpoint.empty() ? predict::default_checkpoint() : std::filesystem::path(checkpoint),
      threads, encoder);
}

}  // namespace flowtalk::apps
