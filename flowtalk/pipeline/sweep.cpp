#include "flowtalk/pipeline/sweep.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <filesystem>

#include "flowtalk/base/conditions.h"
#include "flowtalk/base/error.h"
#include "flowtalk/base/words.h"

namespace flowtalk::pipeline {
namespace {

struct Strength {
  double value;
  std::string label;
};

Strength strength_in(const std::string& text, const std::string& whole,
                     const Conditions& conditions) {
  if (const auto level = find_name(conditions.levels, text)) {
    return {conditions.strength_of(*level), text};
  }
  double value = -1;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool read = code == std::errc() && end == text.data() + text.size();
  if (!read || !(value >= 0 && value <= kMaxStrength)) {
    fail_usage("{} {}: expected strengths between 0 and {}, or {}, such as 0,{}", Field("sweep"),
               whole, kMaxStrength, fmt::join(conditions.levels, ", "),
               fmt::join(conditions.levels, ","));
  }
  return {value, strength_label(value, '-')};
}

std::string spelled_out(const std::string& sweep, const Conditions& conditions) {
  return sweep == kLevelSweep ? fmt::format("0,{}", fmt::join(conditions.levels, ",")) : sweep;
}

std::vector<Strength> strengths_in(const std::string& sweep, const Conditions& conditions) {
  std::vector<Strength> strengths;
  for (const std::string& part : parts_of(sweep, ',')) {
    strengths.push_back(strength_in(part, sweep, conditions));
  }
  return strengths;
}

}  // namespace

std::string SweepCell::caption() const {
  return mood.neutral() ? mood.label : mood.label + ", " + level;
}

bool looks_like_strengths(const std::string& word) {
  const bool list = word.find(',') != std::string::npos;
  double value = 0;
  const char* end = word.data() + word.size();
  const auto [stop, code] = std::from_chars(word.data(), end, value);
  const bool number = code != std::errc::invalid_argument && stop == end;
  const bool level = find_name(default_conditions().levels, word).has_value();
  return (list || number || level) && !std::filesystem::exists(word);
}

void SweepOptions::check(const Given& given) const {
  if (sweep.empty()) return;
  if (given("strength") || given("intensity")) {
    fail_usage("{} has strengths of its own; leave {} and {} out", Field("sweep"),
               Field("strength"), Field("intensity"));
  }
  if (given("curve")) {
    fail_usage("{} shows constant emotions; leave {} out", Field("sweep"), Field("curve"));
  }
}

std::vector<SweepCell> sweep_cells(const std::string& given,
                                   const std::vector<std::string>& emotions,
                                   const PerformanceOptions& performance, bool has_templates,
                                   const Conditions& conditions) {
  std::vector<SweepCell> cells;
  if (given.empty()) {
    for (Mood& mood : parse_moods(emotions, conditions)) {
      auto options = performance.options(mood, has_templates, conditions);
      const std::string level =
          mood.neutral() ? conditions.levels.front() : performance.strength.label('-', conditions);
      cells.push_back({std::move(mood), level, options});
    }
    return cells;
  }
  const std::string sweep = spelled_out(given, conditions);
  const auto strengths = strengths_in(sweep, conditions);
  bool neutral = std::any_of(strengths.begin(), strengths.end(),
                             [](const Strength& s) { return s.value == 0; });
  for (const Mood& mood :
       parse_moods(emotions.empty() ? std::vector<std::string>{"all"} : emotions, conditions)) {
    neutral = neutral || (mood.neutral() && !emotions.empty());
    for (const Strength& strength : strengths) {
      if (mood.neutral() || strength.value == 0) continue;
      SweepCell cell{mood, strength.label, performance.options(mood, has_templates, conditions)};
      cell.options.asked.strength = static_cast<float>(strength.value);
      cells.push_back(std::move(cell));
    }
  }
  if (neutral) {
    const Mood mood = parse_mood(conditions.emotions[kNeutral], conditions);
    cells.push_back(
        {mood, conditions.levels.front(), performance.options(mood, has_templates, conditions)});
  }
  if (cells.empty()) {
    fail_usage("{} {}: shows no face; add an emotion or a strength", Field("sweep"), sweep);
  }
  return cells;
}

int sweep_columns(const std::string& sweep, const Conditions& conditions) {
  if (sweep.empty()) return 0;
  const auto strengths = strengths_in(spelled_out(sweep, conditions), conditions);
  return static_cast<int>(std::count_if(strengths.begin(), strengths.end(),
                                        [](const Strength& s) { return s.value > 0; }));
}

}  // namespace flowtalk::pipeline
