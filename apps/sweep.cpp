#include "apps/sweep.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <filesystem>

#include "apps/performance.h"
#include "flowtalk/base/conditions.h"
#include "flowtalk/base/error.h"
#include "flowtalk/base/words.h"

namespace flowtalk::apps {
namespace {

// Of a --sweep that stands alone: 0 and every level, which the model names.
constexpr const char* kAllLevels = "levels";

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
    fail_usage("--sweep {}: expected strengths between 0 and {}, or {}, such as 0,{}", whole,
               kMaxStrength, fmt::join(conditions.levels, ", "), fmt::join(conditions.levels, ","));
  }
  return {value, strength_label(value, '-')};
}

std::string spelled_out(const std::string& sweep, const Conditions& conditions) {
  return sweep == kAllLevels ? fmt::format("0,{}", fmt::join(conditions.levels, ",")) : sweep;
}

std::vector<Strength> strengths_in(const std::string& sweep, const Conditions& conditions) {
  std::vector<Strength> strengths;
  for (const std::string& part : parts_of(sweep, ',')) {
    strengths.push_back(strength_in(part, sweep, conditions));
  }
  return strengths;
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

}  // namespace

std::string SweepCell::caption() const {
  return mood.neutral() ? mood.label : mood.label + ", " + level;
}

void add_sweep_to(CLI::App& app, std::string& strengths) {
  app.add_option("--sweep", strengths,
                 "a table of all emotions (or those of --emotion) by strengths: alone low, medium, "
                 "high and neutral; or a list such as 0,0.33,0.66,1");
}

Args with_sweep_strengths(Args args) {
  for (size_t i = 0; i < args.size(); ++i) {
    if (args[i] == "--") break;
    if (args[i] != "--sweep") continue;
    if (i + 1 == args.size() || !looks_like_strengths(args[i + 1])) {
      args[i] = std::string("--sweep=") + kAllLevels;
    }
  }
  return args;
}

void check_sweep(const std::string& sweep, const Performance& performance, const CLI::App& app) {
  if (sweep.empty()) return;
  if (performance.strength.strength || app.count("--intensity") > 0) {
    fail_usage("--sweep has strengths of its own; leave --strength and --intensity out");
  }
  if (!performance.curve.file.empty()) {
    fail_usage("--sweep shows constant emotions; leave --curve out");
  }
}

std::vector<SweepCell> sweep_cells(const std::string& given,
                                   const std::vector<std::string>& emotions,
                                   const Performance& performance, const Conditions& conditions) {
  std::vector<SweepCell> cells;
  if (given.empty()) {
    for (Mood& mood : parse_moods(emotions, conditions)) {
      auto options = performance.options(mood, conditions);
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
      SweepCell cell{mood, strength.label, performance.options(mood, conditions)};
      cell.options.strength = static_cast<float>(strength.value);
      cells.push_back(std::move(cell));
    }
  }
  if (neutral) {
    const Mood mood = parse_mood(conditions.emotions[kNeutral], conditions);
    cells.push_back({mood, conditions.levels.front(), performance.options(mood, conditions)});
  }
  if (cells.empty()) fail_usage("--sweep {}: shows no face; add an emotion or a strength", sweep);
  return cells;
}

int sweep_columns(const std::string& sweep, const Conditions& conditions) {
  if (sweep.empty()) return 0;
  const auto strengths = strengths_in(spelled_out(sweep, conditions), conditions);
  return static_cast<int>(std::count_if(strengths.begin(), strengths.end(),
                                        [](const Strength& s) { return s.value > 0; }));
}

}  // namespace flowtalk::apps
