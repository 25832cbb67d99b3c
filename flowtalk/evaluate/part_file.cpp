#include "flowtalk/evaluate/part_file.h"

#include <algorithm>
#include <array>
#include <memory>
#include <optional>

#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/base/part_files.h"

namespace flowtalk::evaluate {
namespace fs = std::filesystem;
namespace {

constexpr int kFormat = 1;
constexpr const char* kEnding = ".measured.json";

// Written and read from one list each: a value, or null for one that is not there.
template <class T>
Json maybe(const std::optional<T>& value, Json (*write)(const T&)) {
  return value ? write(*value) : Json();
}
template <class T>
std::optional<T> maybe(const Json& json, T (*read)(const Json&)) {
  return json.is_null() ? std::nullopt : std::optional<T>(read(json));
}
template <class T>
Json plain(const T& value) {
  return Json(value);
}
template <class T>
T plain_of(const Json& json) {
  return json.get<T>();
}

Json judgement(const Judgement& j) { return {j.probabilities, j.strength}; }
Judgement judgement_of(const Json& json) {
  return {json.at(0).get<std::vector<float>>(), json.at(1).get<float>()};
}

Json emotion(const EmotionSeen& e) {
  Json samples = Json::array();
  for (const Judgement& sample : e.samples) samples.push_back(judgement(sample));
  return {{"asked", e.asked},
          {"strength", e.asked_strength},
          {"truth", judgement(e.truth)},
          {"samples", samples}};
}
EmotionSeen emotion_of(const Json& json) {
  EmotionSeen e{json.at("asked").get<int>(),
                json.at("strength").get<float>(),
                judgement_of(json.at("truth")),
                {}};
  for (const Json& sample : json.at("samples")) e.samples.push_back(judgement_of(sample));
  return e;
}

Json closures(const Closures& c) { return {c.phones, c.truth, c.spoken, c.closed}; }
Closures closures_of(const Json& json) {
  const auto v = json.get<std::array<int64_t, 4>>();
  return {v[0], v[1], v[2], v[3]};
}

Json blinks(const Blinks& b) { return {b.truth, b.truth_frames, b.predicted, b.predicted_frames}; }
Blinks blinks_of(const Json& json) {
  const auto v = json.get<std::array<int64_t, 4>>();
  return {v[0], v[1], v[2], v[3]};
}

Json jitter(const Jitter& j) { return {j.truth, j.prediction}; }
Jitter jitter_of(const Json& json) {
  const auto v = json.get<std::array<double, 2>>();
  return {v[0], v[1]};
}

Json density(const Density& d) {
  return {{"nll", d.nll},
          {"shuffled_nll", d.shuffled_nll},
          {"lagged", d.lagged},
          {"squared", d.squared},
          {"rho", *d.rho}};
}
Density density_of(const Json& json) {
  return {json.at("nll").get<double>(), json.at("shuffled_nll").get<double>(),
          json.at("lagged").get<std::vector<double>>(),
          json.at("squared").get<std::vector<double>>(),
          std::make_shared<const std::vector<float>>(json.at("rho").get<std::vector<float>>())};
}

using Spread = std::array<double, kSpreadTemperatures.size()>;

Json sequence(const SequenceMetrics& s) {
  Json values = Json::array();
  for (const auto& value : s.values) values.push_back(maybe(value, plain<double>));
  return {{"name", s.name},
          {"frames", s.frames},
          {"samples", s.samples},
          {"cut_frames", s.cut_frames},
          {"best_sample", s.best_sample},
          {"values", values},
          {"lve", s.lve},
          {"emotion", maybe(s.observed.emotion, emotion)},
          {"levels", maybe(s.observed.levels, plain<std::vector<float>>)},
          {"closures", maybe(s.observed.closures, closures)},
          {"blinks", maybe(s.observed.blinks, blinks)},
          {"jitter", maybe(s.observed.jitter, jitter)},
          {"spread", maybe(s.observed.spread, plain<Spread>)},
          {"density", maybe(s.observed.density, density)}};
}
SequenceMetrics sequence_of(const Json& json) {
  SequenceMetrics s;
  s.name = json.at("name").get<std::string>();
  s.frames = json.at("frames").get<int64_t>();
  s.samples = json.at("samples").get<int64_t>();
  s.cut_frames = json.at("cut_frames").get<int64_t>();
  s.best_sample = json.at("best_sample").get<int64_t>();
  for (size_t i = 0; i < s.values.size(); ++i) {
    s.values[i] = maybe(json.at("values").at(i), plain_of<double>);
  }
  s.lve = json.at("lve").get<std::vector<float>>();
  s.observed.emotion = maybe(json.at("emotion"), emotion_of);
  s.observed.levels = maybe(json.at("levels"), plain_of<std::vector<float>>);
  s.observed.closures = maybe(json.at("closures"), closures_of);
  s.observed.blinks = maybe(json.at("blinks"), blinks_of);
  s.observed.jitter = maybe(json.at("jitter"), jitter_of);
  s.observed.spread = maybe(json.at("spread"), plain_of<Spread>);
  s.observed.density = maybe(json.at("density"), density_of);
  return s;
}

// What the parts of one evaluation have in common.
Json common(const Report& r) {
  return {{"format", kFormat},
          {"title", r.title},
          {"facts", r.facts},
          {"notes", r.notes},
          {"conditions", to_json(r.conditions)},
          {"emotions", r.emotions},
          {"vertices", r.setup.vertices},
          {"lips", r.setup.regions.lips},
          {"upper_face", r.setup.regions.upper_face},
          {"eyes", r.setup.regions.eyes},
          {"bootstrap", {r.bootstrap.seed, r.bootstrap.resamples, r.bootstrap.level}}};
}
void take_common(const Json& json, const std::string& where, Report& r) {
  json.at("title").get_to(r.title);
  json.at("facts").get_to(r.facts);
  json.at("notes").get_to(r.notes);
  from_json(json.at("conditions"), r.conditions, where);
  json.at("emotions").get_to(r.emotions);
  json.at("vertices").get_to(r.setup.vertices);
  json.at("lips").get_to(r.setup.regions.lips);
  json.at("upper_face").get_to(r.setup.regions.upper_face);
  json.at("eyes").get_to(r.setup.regions.eyes);
  json.at("bootstrap").at(0).get_to(r.bootstrap.seed);
  json.at("bootstrap").at(1).get_to(r.bootstrap.resamples);
  json.at("bootstrap").at(2).get_to(r.bootstrap.level);
}

// Is what was judged of as many emotions as the report names?
bool fits(const SequenceMetrics& s, const Report& report) {
  if (!s.observed.emotion) return true;
  const EmotionSeen& e = *s.observed.emotion;
  const size_t count = report.emotions.size();
  return e.asked >= 0 && static_cast<size_t>(e.asked) < count &&
         e.truth.probabilities.size() == count &&
         std::ranges::all_of(e.samples,
                             [&](const Judgement& j) { return j.probabilities.size() == count; });
}

}  // namespace

void save_part(const fs::path& folder, const Report& report, const Part& part) {
  Json sequences = Json::array();
  for (const SequenceMetrics& s : report.sequences) sequences.push_back(sequence(s));
  fs::create_directories(folder);
  save_file(part_file(folder, part, kEnding),
            Json{{"common", common(report)}, {"sequences", sequences}}.dump() + "\n");
}

Report join_parts(const fs::path& folder) {
  const auto files = part_files(folder, kEnding, "measured parts");
  const size_t count = files.size();
  Report report;
  Json first;
  std::vector<std::vector<SequenceMetrics>> of_parts;
  for (const fs::path& path : files) {
    const Json json = parse_json(load_file(path), path.string());
    try {
      if (of_parts.empty()) {
        first = json.at("common");
        take_common(first, path.string(), report);
      }
      if (json.at("common") != first) {
        fail("{}: was measured otherwise than the first part; give all parts the same options",
             path.string());
      }
      of_parts.emplace_back();
      for (const Json& s : json.at("sequences")) of_parts.back().push_back(sequence_of(s));
      if (!std::ranges::all_of(of_parts.back(), [&](const auto& s) { return fits(s, report); })) {
        fail("{}: judges other emotions than it names; make it again", path.string());
      }
    } catch (const Json::exception&) {
      fail("{}: is damaged, or no measured part of this version; make it again", path.string());
    }
  }
  for (size_t i = 0; i < of_parts.front().size() * count; ++i) {
    auto& own = of_parts[i % count];
    if (i / count < own.size()) report.sequences.push_back(std::move(own[i / count]));
  }
  if (report.sequences.empty()) fail("{}: its parts hold no sequence", folder.string());
  return report;
}

}  // namespace flowtalk::evaluate
