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

// The table of a sweep: what stands for a side each, and whether neutral is asked for.
struct Table {
  std::vector<Mood> moods;
  std::vector<Strength> strengths;
  bool neutral = false;

  bool moods_across() const { return moods.size() >= strengths.size(); }
};

Table table_of(const std::string& given, const std::vector<std::string>& emotions,
               const Conditions& conditions) {
  const std::string sweep = spelled_out(given, conditions);
  Table table;
  for (const std::string& part : parts_of(sweep, ',')) {
    const Strength strength = strength_in(part, sweep, conditions);
    if (strength.value > 0) table.strengths.push_back(strength);
    table.neutral = table.neutral || strength.value == 0;
  }
  for (Mood& mood :
       parse_moods(emotions.empty() ? std::vector<std::string>{"all"} : emotions, conditions)) {
    table.neutral = table.neutral || (mood.neutral() && !emotions.empty());
    if (!mood.neutral()) table.moods.push_back(std::move(mood));
  }
  if (!table.neutral && (table.moods.empty() || table.strengths.empty())) {
    fail_usage("{} {}: shows no face; add an emotion or a strength", Field("sweep"), sweep);
  }
  return table;
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
  const Table table = table_of(given, emotions, conditions);
  const auto add = [&](const Mood& mood, const Strength& strength) {
    SweepCell cell{mood, strength.label, performance.options(mood, has_templates, conditions)};
    cell.options.asked.strength = static_cast<float>(strength.value);
    cells.push_back(std::move(cell));
  };
  const size_t across = table.moods_across() ? table.moods.size() : table.strengths.size();
  for (size_t i = 0; i < table.moods.size() * table.strengths.size(); ++i) {
    const size_t row = i / across, column = i % across;
    table.moods_across() ? add(table.moods[column], table.strengths[row])
                         : add(table.moods[row], table.strengths[column]);
  }
  if (table.neutral) {
    const Mood mood = parse_mood(conditions.emotions[kNeutral], conditions);
    cells.push_back(
        {mood, conditions.levels.front(), performance.options(mood, has_templates, conditions)});
  }
  return cells;
}

int sweep_columns(const std::string& sweep, const std::vector<std::string>& emotions,
                  const Conditions& conditions) {
  if (sweep.empty()) return 0;
  const Table table = table_of(sweep, emotions, conditions);
  return static_cast<int>(table.moods_across() ? table.moods.size() : table.strengths.size());
}

}  // namespace flowtalk::pipeline
