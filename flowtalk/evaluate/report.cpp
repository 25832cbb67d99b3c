#include "flowtalk/evaluate/report.h"

#include <algorithm>

#include "flowtalk/base/conditions.h"
#include "flowtalk/data/index.h"

namespace flowtalk::evaluate {
namespace {

Json number(const std::optional<double>& value) { return value ? Json(*value) : Json(); }

Json interval_json(const std::optional<Interval>& interval) {
  return interval ? Json::array({interval->low, interval->high}) : Json();
}

Json values_json(const MetricValues& values) {
  Json json = Json::object();
  for (const MetricInfo& metric : kMetrics) {
    json[std::string(metric.key)] = number(values[static_cast<size_t>(metric.id)]);
  }
  return json;
}

Json intervals_json(const MetricIntervals& intervals) {
  Json json = Json::object();
  for (const MetricInfo& metric : kMetrics) {
    const auto& interval = intervals[static_cast<size_t>(metric.id)];
    json[std::string(metric.key)] = interval_json(interval);
  }
  return json;
}

Json counts_json(const Report& report) {
  int64_t frames = 0, cut = 0;
  for (const SequenceMetrics& sequence : report.sequences) {
    frames += sequence.frames;
    cut += sequence.cut_frames;
  }
  Json json;
  json["sequences"] = report.sequences.size();
  json["frames"] = frames;
  json["cut_frames"] = cut;
  json["samples"] = report.sequences.front().samples;
  json["vertices"] = report.setup.vertices;
  json["lip_vertices"] = report.setup.regions.lips.size();
  json["upper_face_vertices"] = report.setup.regions.upper_face.size();
  json["eye_vertices"] = report.setup.regions.eyes.size();
  return json;
}

Json behaviour_json(const std::vector<BehaviourValue>& values) {
  Json json = Json::object();
  for (const BehaviourInfo& info : behaviours()) json[std::string(info.key)] = Json();
  for (const BehaviourValue& value : values) {
    Json& entry = json[std::string(value.info->key)];
    entry["value"] = number(value.value);
    entry["interval"] = interval_json(value.interval);
    entry["unit"] = value.info->unit;
    if (value.info->reference == nullptr) continue;
    entry["reference"] = number(value.reference);
    entry["reference_interval"] = interval_json(value.reference_interval);
    entry["reference_is"] = value.info->reference_name;
  }
  return json;
}

// Lines of what lies beyond the distances; empty if nothing was measured.
std::string behaviour_table(const std::vector<BehaviourValue>& values) {
  std::string table;
  if (!values.empty()) {
    table = fmt::format("\n{:<31} {:>9} {:>20} {:>10}  {}\n", "", "value", "95 % interval",
                        "beside", "");
  }
  for (const BehaviourValue& value : values) {
    const std::string range =
        value.interval ? fmt::format("{:.3g} .. {:.3g}", value.interval->low, value.interval->high)
                       : "-";
    const std::string unit = value.info->unit == "1" ? "" : fmt::format(" ({})", value.info->unit);
    table += fmt::format(
        "{:<31} {:>9.4g} {:>20} {:>10}  {}{}{}\n", value.info->key, *value.value, range,
        value.reference ? fmt::format("{:.4g}", *value.reference) : "-", value.info->title, unit,
        value.reference ? fmt::format("; beside: {}", value.info->reference_name) : "");
  }
  return table.empty() ? table : table + "\n";
}

Json confusion_json(const std::optional<EmotionConfusion>& confusion,
                    const std::vector<std::string>& emotions) {
  if (!confusion) return Json();
  Json json;
  json["emotions"] = emotions;
  json["truth"] = confusion->truth;
  json["prediction"] = confusion->prediction;
  return json;
}

Json sequence_json(const SequenceMetrics& sequence) {
  Json json;
  json["name"] = sequence.name;
  json["frames"] = sequence.frames;
  json["cut_frames"] = sequence.cut_frames;
  json["best_sample"] = sequence.best_sample;
  json.update(values_json(sequence.values));
  return json;
}

}  // namespace

double to_millimetres(const MetricInfo& metric) { return metric.metres == 1 ? 1e3 : 1e6; }

std::vector<EmotionGroup> by_emotion(const std::vector<SequenceMetrics>& sequences,
                                     const Conditions& conditions) {
  std::vector<EmotionGroup> groups;
  for (const std::string& emotion : conditions.emotions) groups.push_back({emotion, {}});
  for (const SequenceMetrics& sequence : sequences) {
    const auto name = data::parse_stem(sequence.name, conditions);
    if (!name) return {};
    groups[static_cast<size_t>(name->emotion)].sequences.push_back(sequence);
  }
  std::erase_if(groups, [](const EmotionGroup& group) { return group.sequences.empty(); });
  return groups;
}

std::string report_table(const Report& report) {
  const MetricValues values = pool(report.sequences);
  const MetricIntervals intervals = bootstrap(report.sequences, report.bootstrap);
  std::string table = fmt::format("{:<21} {:>14}    {:>10} {:<5} {:>22}  {}\n", "", "m or m^2",
                                  "mm or mm^2", "", "95 % interval", "");
  for (const MetricInfo& metric : kMetrics) {
    const auto id = static_cast<size_t>(metric.id);
    if (!values[id]) {
      table += fmt::format("{:<21} {:>14}    {:>10} {:<5} {:>22}  {}\n", metric.key, "-", "-", "",
                           "-", metric.title);
      continue;
    }
    const double scale = to_millimetres(metric);
    const std::string unit = metric.metres == 1 ? "mm" : "mm^2";
    const std::string range = intervals[id]
                                  ? fmt::format("{:.4g} .. {:.4g}", scale * intervals[id]->low,
                                                scale * intervals[id]->high)
                                  : std::string("-");
    table += fmt::format("{:<21} {:>14.4e}    {:>10.4g} {:<5} {:>22}  {}\n", metric.key,
                         *values[id], scale * *values[id], unit, range, metric.title);
  }
  table += behaviour_table(report.behaviour);
  const Json counts = counts_json(report);
  table += fmt::format("{} sequences, {} frames, {} {} each", counts["sequences"].dump(),
                       counts["frames"].dump(), counts["samples"].dump(),
                       counts["samples"] == 1 ? "sample" : "samples");
  for (const auto& [name, value] : report.facts) table += fmt::format("\n{}: {}", name, value);
  return table + "\n";
}

Json report_json(const Report& report) {
  Json json;
  json["format"] = 1;
  json["title"] = report.title;
  json["command"] = report.command;
  json["facts"] = Json::object();
  for (const auto& [name, value] : report.facts) json["facts"][name] = value;
  json["notes"] = report.notes;
  json["counts"] = counts_json(report);
  for (const MetricInfo& metric : kMetrics) {
    json["units"][std::string(metric.key)] = metric.metres == 1 ? "m" : "m^2";
  }
  json["metrics"] = values_json(pool(report.sequences));
  Json& confidence = json["confidence"];
  confidence["method"] = "percentile bootstrap over sequences";
  confidence["level"] = report.bootstrap.level;
  confidence["seed"] = report.bootstrap.seed;
  confidence["resamples"] = report.bootstrap.resamples;
  confidence["intervals"] = intervals_json(bootstrap(report.sequences, report.bootstrap));
  json["behaviour"] = behaviour_json(report.behaviour);
  json["emotion_confusion"] = confusion_json(emotion_confusion(report.sequences), report.emotions);
  json["by_emotion"] = Json::object();
  for (const EmotionGroup& group : by_emotion(report.sequences, report.conditions)) {
    Json& entry = json["by_emotion"][group.emotion];
    entry["sequences"] = group.sequences.size();
    entry["metrics"] = values_json(pool(group.sequences));
    entry["intervals"] = intervals_json(bootstrap(group.sequences, report.bootstrap));
  }
  json["sequences"] = Json::array();
  for (const SequenceMetrics& sequence : report.sequences) {
    json["sequences"].push_back(sequence_json(sequence));
  }
  return json;
}

}  // namespace flowtalk::evaluate
