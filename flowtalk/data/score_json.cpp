#include <algorithm>
#include <array>
#include <optional>

#include "flowtalk/base/error.h"
#include "flowtalk/base/fields.h"
#include "flowtalk/data/score_files.h"
#include "flowtalk/data/score_rows.h"

namespace flowtalk::data {
namespace {

constexpr double kMillisecond = 1e-3;

[[noreturn]] void fail_form(const std::string& where) {
  fail(
      "{}: none of the forms that are known: names and frames (BEAT, LAM), facsNames and "
      "weightMat (Audio2Face), or a list of frames with MediaPipe's scores by name",
      where);
}

double number_of(const Json& json, const std::string& at) {
  if (!json.is_number()) fail("{}: expected a number, got {}", at, fields_detail::shown(json));
  return json.get<double>();
}

std::vector<std::string> names_of(const Json& json, const std::string& at) {
  if (!json.is_array()) fail("{}: expected a list of names", at);
  std::vector<std::string> names;
  for (const Json& name : json) {
    if (!name.is_string()) fail("{}: expected a name, got {}", at, fields_detail::shown(name));
    names.push_back(name.get<std::string>());
  }
  return names;
}

std::vector<double> numbers_of(const Json& json, const std::string& at) {
  if (!json.is_array()) fail("{}: expected a list of numbers, got {}", at, json.type_name());
  std::vector<double> numbers;
  for (const Json& number : json) numbers.push_back(number_of(number, at));
  return numbers;
}

// Of frames that tell when they are, seconds.
std::optional<double> time_of(const Json& frame, const std::string& at) {
  struct Key {
    const char* name;
    double unit;
  };
  constexpr std::array kKeys{Key{"time", 1}, Key{"timestamp_s", 1}, Key{"timestamp", kMillisecond},
                             Key{"timestamp_ms", kMillisecond}, Key{"timestampMs", kMillisecond}};
  if (!frame.is_object()) return std::nullopt;
  for (const Key& key : kKeys) {
    const auto found = frame.find(key.name);
    if (found != frame.end()) return key.unit * number_of(*found, at + "." + key.name);
  }
  return std::nullopt;
}

std::string frame_at(const std::string& where, size_t frame) {
  return fmt::format("{}: frame {}", where, frame);
}

ScoreFile of_named_frames(const Json& json, const std::string& where) {
  ScoreRows rows(names_of(json["names"], where + ": names"), where);
  const Json& frames = json["frames"];
  for (size_t t = 0; t < frames.size(); ++t) {
    const std::string at = frame_at(where, t);
    if (!frames[t].is_object() || !frames[t].contains("weights")) fail("{}: has no weights", at);
    rows.add(numbers_of(frames[t]["weights"], at), at);
    if (const auto time = time_of(frames[t], at)) rows.set_time(*time, at);
  }
  const auto metadata = json.find("metadata");
  const bool says = metadata != json.end() && metadata->is_object() && metadata->contains("fps");
  const double rate_hz = says ? number_of((*metadata)["fps"], where + ": metadata.fps") : 0;
  return {rows.take(rate_hz), "JSON of names and frames, as of BEAT and LAM"};
}

ScoreFile of_matrix(const Json& json, const std::string& where) {
  ScoreRows rows(names_of(json["facsNames"], where + ": facsNames"), where);
  const Json& frames = json["weightMat"];
  if (!frames.is_array()) fail("{}: weightMat: expected a list of frames", where);
  for (size_t t = 0; t < frames.size(); ++t) {
    const std::string at = frame_at(where, t);
    rows.add(numbers_of(frames[t], at), at);
  }
  const bool says = json.contains("exportFps");
  return {rows.take(says ? number_of(json["exportFps"], where + ": exportFps") : 0),
          "Audio2Face's JSON"};
}

struct Named {
  std::vector<std::string> names;
  std::vector<double> values;
};

// MediaPipe's categories: [{"categoryName": "jawOpen", "score": 0.1}, ...].
Named of_categories(const Json& list, const std::string& at) {
  Named named;
  for (const Json& entry : list) {
    const Json* name = nullptr;
    for (const char* key : {"categoryName", "category_name", "name"}) {
      if (entry.is_object() && entry.contains(key)) name = &entry[key];
    }
    if (name == nullptr || !name->is_string() || !entry.contains("score")) {
      fail("{}: expected a categoryName and a score, got {}", at, fields_detail::shown(entry));
    }
    named.names.push_back(name->get<std::string>());
    named.values.push_back(number_of(entry["score"], at + ": " + named.names.back()));
  }
  return named;
}

// What a frame says of its first face.
Named scores_in(const Json& json, const std::string& at) {
  if (json.is_array()) {
    if (json.empty()) return {};
    const Json& first = json[0];
    const bool faces = first.is_array() || (first.is_object() && first.contains("categories"));
    return faces ? scores_in(first, at) : of_categories(json, at);
  }
  if (!json.is_object()) return {};
  for (const char* key : {"faceBlendshapes", "face_blendshapes", "blendshapes", "categories"}) {
    if (json.contains(key)) return scores_in(json[key], at);
  }
  Named named;
  for (const auto& item : json.items()) {
    const bool score = arkit::find_shape(arkit::canonical(item.key())).has_value();
    if (!score && item.key() != arkit::kNeutral) continue;
    named.names.push_back(item.key());
    named.values.push_back(number_of(item.value(), at + ": " + item.key()));
  }
  return named;
}

ScoreFile of_list(const Json& frames, const std::string& where) {
  std::optional<ScoreRows> rows;
  std::vector<std::string> names;
  std::vector<std::optional<double>> unseen;  // times of the frames before the first face
  for (size_t t = 0; t < frames.size(); ++t) {
    const std::string at = frame_at(where, t);
    Named named = scores_in(frames[t], at);
    if (named.names.empty() && !rows) {
      unseen.push_back(time_of(frames[t], at));
      continue;
    }
    if (!rows) {
      names = named.names;
      rows.emplace(names, where);
      for (size_t early = 0; early < unseen.size(); ++early) {
        rows->add_unseen(frame_at(where, early));
        if (unseen[early]) rows->set_time(*unseen[early], frame_at(where, early));
      }
    }
    if (named.names.empty()) {
      rows->add_unseen(at);
    } else if (named.names == names) {
      rows->add(named.values, at);
    } else {
      fail("{}: names other shapes than the frames before", at);
    }
    if (const auto time = time_of(frames[t], at)) rows->set_time(*time, at);
  }
  if (!rows) fail("{}: {} frames, and no scores by ARKit's names in any", where, frames.size());
  return {rows->take(0), "JSON of MediaPipe's scores"};
}

}  // namespace

ScoreFile score_json_of(const std::string& text, const std::string& where) {
  const Json json = parse_json(text, where);
  if (json.is_array()) return of_list(json, where);
  if (!json.is_object()) fail_form(where);
  if (json.contains("facsNames") && json.contains("weightMat")) return of_matrix(json, where);
  for (const char* key : {"frames", "results"}) {
    if (!json.contains(key) || !json[key].is_array()) continue;
    return json.contains("names") ? of_named_frames(json, where) : of_list(json[key], where);
  }
  fail_form(where);
}

}  // namespace flowtalk::data
