// Timelines from JSON; the format is that of docs/control.md.
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "flowtalk/base/apart.h"
#include "flowtalk/base/conditions.h"
#include "flowtalk/base/fields.h"
#include "flowtalk/base/files.h"
#include "flowtalk/condition/timeline.h"

namespace flowtalk::condition {
namespace {

using Names = std::vector<std::string>;

constexpr size_t kMaxFileBytes = 8 << 20;
constexpr size_t kMaxEvents = 10000;
constexpr double kDefaultRamp_s = 0.3;

void check_object(const Json& json, const std::string& where, const Names& known) {
  if (!json.is_object()) {
    fail("{}: expected an object with the keys {}, got {}", where, fmt::join(known, " "),
         fields_detail::shown(json));
  }
  for (const auto& item : json.items()) {
    if (std::find(known.begin(), known.end(), item.key()) != known.end()) continue;
    fail("{}: unknown key '{}'{}; expected {}", where, item.key(), did_you_mean(item.key(), known),
         fmt::join(known, " "));
  }
}

const Json& list_of(const Json& json, const std::string& where) {
  if (!json.is_array()) fail("{}: expected a list, got {}", where, fields_detail::shown(json));
  if (json.size() > kMaxEvents) {
    fail("{}: has {} entries, at most {} are taken", where, json.size(), kMaxEvents);
  }
  return json;
}

// Seconds, 0 or more; `absent` where the key is not there.
double seconds(const Json& json, const std::string& key, const std::string& where, double absent) {
  if (!json.contains(key)) return absent;
  double value = 0;
  fields_detail::read_value(json[key], value, where + "." + key);
  if (value < 0) fail("{}.{}: expected 0 or more seconds, got {}", where, key, value);
  return value;
}

double strength_of(const Json& json, const Conditions& conditions, const std::string& where) {
  if (json.is_string()) {
    const auto level = find_name(conditions.levels, json.get<std::string>());
    if (level) return conditions.strength_of(*level);
  }
  const double value = json.is_number() ? json.get<double>() : -1;
  if (!(value >= 0 && value <= kMaxStrength)) {
    fail("{}: expected a number between 0 and {}, or {}, got {}", where, kMaxStrength,
         fmt::join(conditions.levels, ", "), fields_detail::shown(json));
  }
  return value;
}

// A name, a mix as on the command line, or an object of weights.
std::vector<float> mix_of(const Json& json, const Conditions& conditions,
                          const std::string& where) {
  if (json.is_string()) return parse_emotion_mix(json.get<std::string>(), conditions);
  if (json.is_number_integer()) return parse_emotion_mix(json.dump(), conditions);
  if (!json.is_object() || json.empty()) {
    fail(
        "{}: expected a name, a mix such as \"happy:0.6,surprised:0.4\" or {{\"happy\": 0.6, "
        "\"surprised\": 0.4}}, got {}",
        where, fields_detail::shown(json));
  }
  std::vector<double> weights(conditions.emotions.size(), 0.0);
  double sum = 0;
  for (const auto& item : json.items()) {
    double weight = 0;
    fields_detail::read_value(item.value(), weight, where + "." + item.key());
    if (!(weight >= 0 && weight <= kMaxWeight)) {
      fail("{}.{}: expected between 0 and {}, got {}", where, item.key(), kMaxWeight, weight);
    }
    weights[static_cast<size_t>(parse_emotion(item.key(), conditions))] += weight;
    sum += weight;
  }
  if (!(sum > 0)) fail("{}: the weights sum to zero", where);
  std::vector<float> shares;
  for (const double weight : weights) shares.push_back(static_cast<float>(weight / sum));
  return shares;
}

// "emotion" and "strength" of a base, keyframe or event.
Amounts amounts_at(const Json& json, const Conditions& conditions, const std::string& where) {
  if (!json.contains("emotion")) {
    fail("{}: has no \"emotion\"; give a name, 0 strength is \"neutral\"", where);
  }
  std::vector<float> mix;
  try {
    mix = mix_of(json["emotion"], conditions, where + ".emotion");
  } catch (const Error& e) {  // what a file holds is no wrong usage
    const std::string text = e.what();
    fail("{}", text.starts_with(where) ? text : where + ".emotion: " + text);
  }
  const double strength = json.contains("strength")
                              ? strength_of(json["strength"], conditions, where + ".strength")
                              : conditions.strength_of(conditions.usual_level());
  return amounts_of(mix, strength);
}

TimelineEvent event_of(const Json& json, const std::string& name, const Conditions& conditions,
                       const std::string& where) {
  check_object(json, where, {"start", "end", "emotion", "strength", "attack", "release"});
  TimelineEvent e;
  e.where = name;
  e.start_s = seconds(json, "start", where, 0);
  e.end_s = seconds(json, "end", where, INFINITY);
  if (!(e.end_s > e.start_s)) {
    fail("{}.end: expected after its start at {} s, got {}", where, e.start_s, e.end_s);
  }
  if (json.contains("release") && !json.contains("end")) {
    fail("{}.release: the event has no end that it could come before; give \"end\" too", where);
  }
  e.amounts = amounts_at(json, conditions, where);
  // A short event needs all its length to reach its strength, since changes are spread anyhow.
  const double ramp = std::clamp((e.end_s - e.start_s - kSpread_s) / 2, 0.0, kDefaultRamp_s);
  e.attack_s = seconds(json, "attack", where, json.contains("start") ? ramp : 0);
  e.release_s = seconds(json, "release", where, json.contains("end") ? ramp : 0);
  if (e.attack_s + e.release_s > e.end_s - e.start_s + 1e-9) {
    const double ramps_s = e.attack_s + e.release_s, lasts_s = e.end_s - e.start_s;
    fail("{}: attack and release take {} s, the event lasts {} s; make them shorter", where,
         apart(ramps_s, lasts_s, 2), apart(lasts_s, ramps_s, 2));
  }
  return e;
}

}  // namespace

Timeline timeline_of_json(const std::string& text, const std::string& where,
                          const Conditions& conditions) {
  if (text.find_first_not_of(" \t\r\n") == std::string::npos) {
    fail("{}: is empty; expected an object with base, keyframes or events", where);
  }
  const Json json = parse_json(text, where);
  check_object(json, where, {"base", "keyframes", "events"});
  if (json.contains("base") && json.contains("keyframes")) {
    fail("{}: has base and keyframes; keyframes are the base, leave one out", where);
  }
  Timeline timeline;
  if (json.contains("base")) {
    check_object(json["base"], where + ": base", {"emotion", "strength"});
    timeline.keyframes.push_back({0, amounts_at(json["base"], conditions, where + ": base")});
  }
  if (json.contains("keyframes")) {
    for (const Json& entry : list_of(json["keyframes"], where + ": keyframes")) {
      const std::string at = fmt::format("{}: keyframes[{}]", where, timeline.keyframes.size());
      check_object(entry, at, {"time", "emotion", "strength"});
      if (!entry.contains("time")) fail("{}: has no \"time\" in seconds", at);
      const double time_s = seconds(entry, "time", at, 0);
      if (!timeline.keyframes.empty() && time_s <= timeline.keyframes.back().time_s) {
        fail("{}.time: expected after {} s of the one before, got {}; sort them by time", at,
             timeline.keyframes.back().time_s, time_s);
      }
      timeline.keyframes.push_back({time_s, amounts_at(entry, conditions, at)});
    }
  }
  if (json.contains("events")) {
    for (const Json& entry : list_of(json["events"], where + ": events")) {
      const std::string name = fmt::format("events[{}]", timeline.events.size());
      timeline.events.push_back(event_of(entry, name, conditions, where + ": " + name));
    }
  }
  if (timeline.keyframes.empty() && timeline.events.empty()) {
    fail("{}: says nothing; expected base, keyframes or events", where);
  }
  return timeline;
}

Timeline load_timeline(const std::filesystem::path& path, const Conditions& conditions) {
  const std::string ending = ending_of(path);
  if (ending != ".json" && ending != ".csv") {
    fail("{}: expected a curve in a .json or .csv file", path.string());
  }
  const std::string text = load_file(path, kMaxFileBytes);
  return ending == ".json" ? timeline_of_json(text, path.string(), conditions)
                           : timeline_of_csv(text, path.string(), conditions);
}

}  // namespace flowtalk::condition
