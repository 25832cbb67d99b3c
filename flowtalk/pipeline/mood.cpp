#include "flowtalk/pipeline/mood.h"

#include <fmt/ranges.h>

#include <cmath>

#include "flowtalk/base/error.h"

namespace flowtalk::pipeline {

bool Mood::neutral() const { return weights[kNeutral] >= 1.0f; }

Mood parse_mood(const std::string& text, const Conditions& conditions) {
  Mood mood{parse_emotion_mix(text, conditions), ""};
  for (size_t i = 0; i < mood.weights.size(); ++i) {
    const float weight = mood.weights[i];
    if (weight <= 0) continue;
    if (!mood.label.empty()) mood.label += "-";
    mood.label += conditions.emotions[i];
    if (weight < 1) mood.label += std::to_string(std::lround(100 * weight));
  }
  return mood;
}

int parse_style_or_average(const std::string& text, const Conditions& conditions) {
  return text == "average" ? kAverageStyle : parse_style(text, conditions);
}

std::string emotion_help() {
  return fmt::format("a name, 0-{}, a mix such as happy:0.6,surprised:0.4",
                     default_conditions().emotions.size() - 1);
}

std::string style_help() {
  const auto& styles = default_conditions().styles;
  return fmt::format("one of {}: {} ... {}", styles.size(), styles.front(), styles.back());
}

std::vector<Mood> parse_moods(const std::vector<std::string>& texts, const Conditions& conditions) {
  std::vector<Mood> moods;
  for (const std::string& text : texts) {
    if (text == "all") {
      for (const auto& name : conditions.emotions) moods.push_back(parse_mood(name, conditions));
    } else {
      moods.push_back(parse_mood(text, conditions));
    }
  }
  if (moods.empty()) moods.push_back(parse_mood(conditions.emotions[kNeutral], conditions));
  return moods;
}

void warn_of_words(const std::vector<std::string>& emotions, const StrengthOptions& strength,
                   const Given& given, const Conditions& conditions, const Reporter& reporter) {
  bool neutral = true;
  for (const std::string& text : emotions) {
    if (text == "all") return;
    neutral = neutral && parse_mood(text, conditions).neutral();
    if (text.find(',') == std::string::npos || text.find(':') != std::string::npos) continue;
    reporter.warn(
        fmt::format("{} {}: one face of both in equal parts, since no weights are given "
                    "(happy:0.7,sad:0.3); for a face each give them one by one",
                    Field("emotion"), text));
  }
  for (const char* field : {"intensity", "strength"}) {
    if (!neutral || !given(strength.prefix + field)) continue;
    reporter.warn(fmt::format("{} changes nothing: the emotion is {}, which has one level",
                              Field(strength.prefix + field), conditions.emotions[kNeutral]));
  }
}

void StrengthOptions::check(const Given& given) const {
  const std::string level = prefix + "intensity", any = prefix + "strength";
  if (given(level) && given(any)) {
    fail_usage("{} excludes {}; leave one out", Field(any), Field(level));
  }
}

std::string StrengthOptions::intensity_help() const {
  const Conditions& usual = default_conditions();
  return fmt::format("{} or 0-{} (default {}; neutral has one level)",
                     fmt::join(usual.levels, ", "), usual.levels.size() - 1,
                     usual.levels[static_cast<size_t>(level(usual))]);
}

int StrengthOptions::level(const Conditions& conditions) const {
  if (intensity) return parse_level(*intensity, conditions);
  return highest ? static_cast<int>(conditions.levels.size()) - 1 : conditions.usual_level();
}

float StrengthOptions::value(const Conditions& conditions) const {
  return strength ? static_cast<float>(*strength) : conditions.strength_of(level(conditions));
}

std::string strength_label(double strength, char joint) {
  std::string number = fmt::format("{:.2f}", strength);
  if (std::stod(number) != strength) number = fmt::format("{}", strength);
  return fmt::format("strength{}{}", joint, number);
}

std::string StrengthOptions::label(char joint, const Conditions& conditions) const {
  if (strength) return strength_label(*strength, joint);
  return conditions.levels[static_cast<size_t>(level(conditions))];
}

}  // namespace flowtalk::pipeline
