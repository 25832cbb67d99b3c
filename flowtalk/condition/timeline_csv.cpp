// Timelines from comma-separated keyframes; the format is that of docs/control.md.
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>

#include "flowtalk/base/conditions.h"
#include "flowtalk/base/fields.h"
#include "flowtalk/condition/timeline.h"
#include "flowtalk/formats/csv.h"

namespace flowtalk::condition {
namespace {

using formats::csv_number;

constexpr size_t kMaxKeyframes = 100000;

// More than any file of these emotions can need.
size_t most_columns(const Conditions& conditions) {
  return std::max<size_t>(16, 3 + conditions.emotions.size());
}

// Which cell holds what.
struct Columns {
  size_t count = 0;
  std::optional<size_t> time, emotion, strength;
  std::vector<std::optional<size_t>> weights;  // (E), columns named after emotions

  bool any_weights() const {
    return std::any_of(weights.begin(), weights.end(), [](const auto& w) { return w.has_value(); });
  }
};

Columns columns_of(const std::vector<std::string>& header, const Conditions& conditions,
                   const std::string& where) {
  std::vector<std::string> known = {"time", "emotion", "strength"};
  known.insert(known.end(), conditions.emotions.begin(), conditions.emotions.end());
  Columns columns;
  columns.count = header.size();
  columns.weights.resize(conditions.emotions.size());
  std::vector<std::optional<size_t>*> places = {&columns.time, &columns.emotion, &columns.strength};
  for (auto& weight : columns.weights) places.push_back(&weight);
  for (size_t c = 0; c < header.size(); ++c) {
    const auto found = std::find(known.begin(), known.end(), header[c]);
    if (found == known.end()) {
      const bool other = header[c].find_first_of(";\t") != std::string::npos;
      fail("{}: unknown column '{}'{}; expected {}{}", where, header[c],
           did_you_mean(header[c], known), fmt::join(known, " "),
           other ? " with commas between them" : "");
    }
    auto& place = *places[static_cast<size_t>(found - known.begin())];
    if (place) fail("{}: column '{}' is there twice", where, header[c]);
    place = c;
  }
  if (!columns.time)
    fail("{}: no column 'time'; expected for example time,emotion,strength", where);
  if (columns.emotion.has_value() == columns.any_weights()) {
    fail("{}: expected a column 'emotion', or columns named after emotions{}", where,
         columns.emotion ? ", not both" : "");
  }
  return columns;
}

double strength_in(const std::string& cell, const Conditions& conditions,
                   const std::string& where) {
  if (const auto level = find_name(conditions.levels, cell)) {
    return conditions.strength_of(*level);
  }
  const auto value = csv_number(cell);
  if (!value || *value < 0 || *value > kMaxStrength) {
    fail("{}: strength: expected a number between 0 and {}, or {}, got '{}'", where, kMaxStrength,
         fmt::join(conditions.levels, ", "), cell);
  }
  return *value;
}

// Columns named after emotions: shares of the strength, or strengths where it has no column.
Amounts weighted(const std::vector<std::string>& cells, const Columns& columns,
                 const std::optional<double>& strength, const Conditions& conditions,
                 const std::string& where) {
  Amounts amounts(conditions.emotions.size(), 0.0);
  double sum = 0;
  const double most = strength ? kMaxWeight : double{kMaxStrength};
  for (size_t i = 0; i < amounts.size(); ++i) {
    if (!columns.weights[i]) continue;
    const auto value = csv_number(cells[*columns.weights[i]]);
    if (!value || *value < 0 || *value > most) {
      fail("{}: {}: expected between 0 and {}, got '{}'", where, conditions.emotions[i], most,
           cells[*columns.weights[i]]);
    }
    amounts[i] = *value;
    sum += *value;
  }
  if (strength && *strength > 0 && !(sum > 0)) {
    fail("{}: the emotions' weights sum to zero; expected one above 0", where);
  }
  amounts[kNeutral] = 0;
  if (strength) {
    for (double& a : amounts) a *= sum > 0 ? *strength / sum : 0;
    return amounts;
  }
  double expressed = 0;
  for (const double a : amounts) expressed += a;
  if (expressed > kMaxStrength + 1e-9) {
    fail("{}: the emotions' strengths sum to {}, at most {} is a face", where, expressed,
         kMaxStrength);
  }
  return amounts;
}

Amounts amounts_in(const std::vector<std::string>& cells, const Columns& columns,
                   const Conditions& conditions, const std::string& where) {
  std::optional<double> strength;
  if (columns.strength) strength = strength_in(cells[*columns.strength], conditions, where);
  if (!columns.emotion) return weighted(cells, columns, strength, conditions, where);
  try {
    const auto mix = parse_emotion_mix(cells[*columns.emotion], conditions);
    return amounts_of(mix, strength.value_or(conditions.strength_of(conditions.usual_level())));
  } catch (const Error& e) {  // what a file holds is no wrong usage
    fail("{}: {}", where, e.what());
  }
}

}  // namespace

Timeline timeline_of_csv(const std::string& text, const std::string& where,
                         const Conditions& conditions) {
  Timeline timeline;
  std::optional<Columns> columns;
  formats::for_each_csv_line(text, where, [&](const std::string& line, const std::string& at) {
    if (line.front() == '#') return;
    const auto cells = formats::csv_cells(line, most_columns(conditions), at);
    if (!columns) {
      columns = columns_of(cells, conditions, at);
      return;
    }
    if (cells.size() != columns->count) {
      fail("{}: expected {} cells, got {}; a mix with commas stands in double quotes", at,
           columns->count, cells.size());
    }
    const auto time_s = csv_number(cells[*columns->time]);
    if (!time_s || *time_s < 0) {
      fail("{}: time: expected 0 or more seconds, got '{}'", at, cells[*columns->time]);
    }
    if (!timeline.keyframes.empty() && *time_s <= timeline.keyframes.back().time_s) {
      fail("{}: time: expected after {} s of the line before, got {}; sort them by time", at,
           timeline.keyframes.back().time_s, *time_s);
    }
    if (timeline.keyframes.size() == kMaxKeyframes) {
      fail("{}: more than {} keyframes", at, kMaxKeyframes);
    }
    timeline.keyframes.push_back({*time_s, amounts_in(cells, *columns, conditions, at)});
  });
  if (timeline.keyframes.empty()) {
    fail("{}: holds no keyframe; expected a line time,emotion,strength and lines below it", where);
  }
  return timeline;
}

}  // namespace flowtalk::condition
