#include "flowtalk/pipeline/mood.h"

#include <cmath>

#include "flowtalk/base/error.h"
#include "flowtalk/model/model_config.h"

namespace flowtalk::pipeline {

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

std::vector<Mood> parse_moods(const std::vector<std::string>& texts) {
  std::vector<Mood> moods;
  for (const std::string& text : texts) {
    if (text == "all") {
      for (const auto name : kEmotions) moods.push_back(parse_mood(std::string(name)));
    } else {
      moods.push_back(parse_mood(text));
    }
  }
  if (moods.empty()) moods.push_back(parse_mood("neutral"));
  return moods;
}

void StrengthOptions::check(const Given& given) const {
  const std::string level = prefix + "intensity", any = prefix + "strength";
  if (given(level) && given(any)) {
    fail_usage("{} excludes {}; leave one out", Field(any), Field(level));
  }
}

float StrengthOptions::value() const {
  return strength ? static_cast<float>(*strength) : strength_of_level(parse_level(intensity));
}

std::string strength_label(double strength, char joint) {
  std::string number = fmt::format("{:.2f}", strength);
  if (std::stod(number) != strength) number = fmt::format("{}", strength);
  return fmt::format("strength{}{}", joint, number);
}

std::string StrengthOptions::label(char joint) const {
  if (strength) return strength_label(*strength, joint);
  return std::string(kLevels[static_cast<size_t>(parse_level(intensity))]);
}

}  // namespace flowtalk::pipeline
