#include "flowtalk/pipeline/sweep.h"

#include <algorithm>
#include <charconv>
#include <filesystem>

#include "flowtalk/base/conditions.h"
#include "flowtalk/base/error.h"

namespace flowtalk::pipeline {
namespace {

struct Strength {
  double value;
  std::string label;
};

Strength strength_in(const std::string& text, const std::string& whole) {
  const auto level = std::find(kLevels.begin(), kLevels.end(), text);
  if (level != kLevels.end()) {
    return {strength_of_level(static_cast<int>(level - kLevels.begin())), text};
  }
  double value = -1;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool read = code == std::errc() && end == text.data() + text.size();
  if (!read || !(value >= 0 && value <= kMaxStrength)) {
    fail_usage("{} {}: expected strengths between 0 and {}, or low, medium, high, such as {}",
               Field("sweep"), whole, kMaxStrength, kLevelSweep);
  }
  return {value, strength_label(value, '-')};
}

std::vector<Strength> strengths_in(const std::string& sweep) {
  std::vector<Strength> strengths;
  for (size_t start = 0; start <= sweep.size();) {
    const size_t comma = std::min(sweep.find(',', start), sweep.size());
    strengths.push_back(strength_in(sweep.substr(start, comma - start), sweep));
    start = comma + 1;
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
  const bool level = std::find(kLevels.begin(), kLevels.end(), word) != kLevels.end();
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

std::vector<SweepCell> sweep_cells(const std::string& sweep,
                                   const std::vector<std::string>& emotions,
                                   const PerformanceOptions& performance, bool has_templates) {
  std::vector<SweepCell> cells;
  if (sweep.empty()) {
    for (Mood& mood : parse_moods(emotions)) {
      auto options = performance.options(mood, has_templates);
      const std::string level = mood.neutral() ? "low" : performance.strength.label('-');
      cells.push_back({std::move(mood), level, options});
    }
    return cells;
  }
  const auto strengths = strengths_in(sweep);
  bool neutral = std::any_of(strengths.begin(), strengths.end(),
                             [](const Strength& s) { return s.value == 0; });
  for (const Mood& mood :
       parse_moods(emotions.empty() ? std::vector<std::string>{"all"} : emotions)) {
    neutral = neutral || (mood.neutral() && !emotions.empty());
    for (const Strength& strength : strengths) {
      if (mood.neutral() || strength.value == 0) continue;
      SweepCell cell{mood, strength.label, performance.options(mood, has_templates)};
      cell.options.strength = static_cast<float>(strength.value);
      cells.push_back(std::move(cell));
    }
  }
  if (neutral) {
    const Mood mood = parse_mood("neutral");
    cells.push_back({mood, "low", performance.options(mood, has_templates)});
  }
  if (cells.empty()) {
    fail_usage("{} {}: shows no face; add an emotion or a strength", Field("sweep"), sweep);
  }
  return cells;
}

int sweep_columns(const std::string& sweep) {
  if (sweep.empty()) return 0;
  const auto strengths = strengths_in(sweep);
  return static_cast<int>(std::count_if(strengths.begin(), strengths.end(),
                                        [](const Strength& s) { return s.value > 0; }));
}

}  // namespace flowtalk::pipeline
