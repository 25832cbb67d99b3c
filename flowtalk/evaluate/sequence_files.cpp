#include "flowtalk/evaluate/sequence_files.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <memory>
#include <optional>
#include <set>

#include "flowtalk/base/error.h"
#include "flowtalk/formats/describe_file.h"
#include "flowtalk/formats/frame_folder.h"
#include "flowtalk/formats/named_arrays.h"

namespace flowtalk::evaluate {
namespace fs = std::filesystem;
namespace {

constexpr size_t kNamesInMessage = 8;
constexpr const char* kCondition = "_condition_";

enum class Role { kTruth, kPrediction };

bool is_template(const std::string& stem) {
  return stem == "template" || stem == "flame_zero_pose";
}

// "a, b, c and 5 more"
std::string listed(const std::vector<std::string>& names) {
  const size_t shown = std::min(names.size(), kNamesInMessage);
  std::string text = fmt::format("{}", fmt::join(names.begin(), names.begin() + shown, ", "));
  if (shown < names.size()) text += fmt::format(" and {} more", names.size() - shown);
  return text;
}

// The name of the sequence if an array of this name may play the role: NAME, or NAME with the mark
// of the role. Nothing for templates and for the mark of the other role.
std::optional<std::string> sequence_name(const std::string& name, Role role) {
  if (is_template(name)) return std::nullopt;
  for (const auto& [mark, meant] : {std::pair{"gt", Role::kTruth}, {"pred", Role::kPrediction}}) {
    for (const char* joint : {".", "_"}) {
      const std::string end = std::string(joint) + mark;
      if (!name.ends_with(end) || name.size() == end.size()) continue;
      if (meant != role) return std::nullopt;
      return name.substr(0, name.size() - end.size());
    }
  }
  return name;
}

// Which arrays of one file belong to a side, where it holds both as EMOTE writes them.
std::string prefix_of(const std::vector<formats::NamedArray>& arrays, Role role) {
  const std::vector<std::string> prefixes = role == Role::kTruth
                                                ? std::vector<std::string>{"gt_"}
                                                : std::vector<std::string>{"predicted_", "pred_"};
  for (const std::string& prefix : prefixes) {
    for (const formats::NamedArray& array : arrays) {
      if (array.name.starts_with(prefix)) return prefix;
    }
  }
  return "";
}

StoredArray stored_motion(std::string name, const fs::path& path,
                          std::vector<formats::NamedArray> arrays, Role role) {
  const std::string where = path.string(), prefix = prefix_of(arrays, role);
  return {std::move(name), where, nullptr,
          [where, prefix, arrays = std::move(arrays)](motion::Reading reading) {
            if (reading.prefix.empty()) reading.prefix = prefix;
            return motion::motion_of(arrays, where, reading);
          }};
}

void add_file(const fs::path& path, Role role, std::vector<StoredArray>& stored) {
  static const std::set<std::string> kPlain = {"",      "vertices",   "verts",      "gt",
                                               "pred",  "data",       "parameters", "motion",
                                               "arr_0", "predictions"};
  const std::string stem = path.stem().string();
  auto arrays = formats::open_arrays(path);
  if (motion::holds_motion(arrays)) {
    if (auto name = sequence_name(stem, role)) {
      stored.push_back(stored_motion(std::move(*name), path, std::move(arrays), role));
    }
    return;
  }
  const double rate_hz = motion::take_rate(arrays);
  for (const formats::NamedArray& array : arrays) {
    const bool alone = arrays.size() == 1 && kPlain.contains(array.name);
    auto name = sequence_name(alone ? stem : array.name, role);
    if (!name || array.text()) continue;
    const std::string where = array.name.empty()
                                  ? path.string()
                                  : fmt::format("{}, array '{}'", path.string(), array.name);
    stored.push_back({std::move(*name), where, array.load, nullptr, rate_hz});
  }
}

// Files of arrays by their names; pickles and torch files beside sequences are mostly templates,
// masks and models, and count only where they hold a motion; so do folders of a file per frame.
bool is_sequence_file(const fs::path& path) {
  const bool frames = fs::is_directory(path) && formats::is_frame_folder(path);
  const std::string kind = formats::format_of_name(path);
  if (!frames) {
    if (!fs::is_regular_file(path) || !formats::holds_arrays(kind)) return false;
    if (kind != "pickle" && kind != "torch") return true;
  }
  try {
    return motion::holds_motion(formats::open_arrays(path));
  } catch (const Error&) {
    return false;  // objects of another kind
  }
}

std::map<std::string, StoredArray> list_arrays(const fs::path& place, Role role) {
  std::vector<StoredArray> arrays;
  if (fs::is_directory(place)) {
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(place)) files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    for (const fs::path& file : files) {
      if (is_template(file.stem().string()) || !is_sequence_file(file)) continue;
      add_file(file, role, arrays);
    }
  } else if (!fs::exists(place)) {
    fail("{}: no such file or folder; expected .npy, .npz or .safetensors files", place.string());
  } else {
    add_file(place, role, arrays);
  }
  std::map<std::string, StoredArray> named;
  for (StoredArray& array : arrays) {
    const auto [at, fresh] = named.emplace(array.name, array);
    if (!fresh) {
      fail("the sequence '{}' stands twice: {} and {}", array.name, at->second.where, array.where);
    }
  }
  if (named.empty()) {
    fail("{}: holds no {}; expected .npy, .npz or .safetensors files", place.string(),
         role == Role::kTruth ? "ground truth" : "predictions");
  }
  return named;
}

// 12 for "_12" or "_sample12" after the stem, nothing for any other rest.
std::optional<size_t> sample_number(const std::string& name, const std::string& stem) {
  if (!name.starts_with(stem + "_")) return std::nullopt;
  std::string rest = name.substr(stem.size() + 1);
  if (rest.starts_with("sample")) rest = rest.substr(6);
  size_t number = 0;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
  if (rest.empty() || error != std::errc() || end != rest.data() + rest.size()) return {};
  return number;
}

// NAME_condition_SUBJECT, in the order of the subjects; they are taken out of `left`.
std::vector<StoredArray> by_condition(const std::string& name,
                                      const std::map<std::string, StoredArray>& truths,
                                      std::map<std::string, StoredArray>& left) {
  const std::string begin = name + kCondition;
  std::vector<StoredArray> found;
  for (auto at = left.lower_bound(begin); at != left.end() && at->first.starts_with(begin);) {
    if (truths.contains(at->first)) {
      ++at;
      continue;
    }
    found.push_back(at->second);
    at = left.erase(at);
  }
  return found;
}

// The predictions of one sequence; they are taken out of `left`.
std::vector<StoredArray> predictions_of(const std::string& name,
                                        const std::map<std::string, StoredArray>& truths,
                                        std::map<std::string, StoredArray>& left) {
  if (const auto exact = left.find(name); exact != left.end()) {
    std::vector<StoredArray> one{exact->second};
    left.erase(exact);
    return one;
  }
  auto by_subject = by_condition(name, truths, left);
  if (!by_subject.empty()) return by_subject;
  std::map<size_t, StoredArray> numbered;
  for (auto at = left.lower_bound(name); at != left.end() && at->first.starts_with(name);) {
    const auto number = sample_number(at->first, name);
    if (!number || truths.contains(at->first)) {
      ++at;
      continue;
    }
    if (!numbered.emplace(*number, at->second).second) {
      fail("the sequence '{}' has two predictions with number {}", name, *number);
    }
    at = left.erase(at);
  }
  std::vector<StoredArray> samples;
  for (auto& [number, array] : numbered) {
    if (number != samples.size()) {
      fail("the sequence '{}' has a prediction {} but no {}; number them from 0 without gaps", name,
           number, samples.size());
    }
    samples.push_back(std::move(array));
  }
  return samples;
}

}  // namespace

std::vector<SequenceFiles> pair_sequences(const fs::path& truth, const fs::path& predictions) {
  std::map<std::string, StoredArray> truths = list_arrays(truth, Role::kTruth);
  std::map<std::string, StoredArray> left = list_arrays(predictions, Role::kPrediction);
  std::vector<SequenceFiles> sequences;
  std::vector<std::string> unpredicted, unknown;
  for (const auto& [name, array] : truths) {
    sequences.push_back({name, array, predictions_of(name, truths, left)});
    if (sequences.back().predictions.empty()) unpredicted.push_back(name);
  }
  for (const auto& [name, array] : left) unknown.push_back(name);
  if (unpredicted.empty() && unknown.empty()) return sequences;
  std::string message;
  if (!unpredicted.empty()) {
    message =
        fmt::format("{} of {} sequences of {} have no prediction in {}: {}", unpredicted.size(),
                    truths.size(), truth.string(), predictions.string(), listed(unpredicted));
  }
  if (!unknown.empty()) {
    message += fmt::format("{}{} predictions in {} have no ground truth in {}: {}",
                           message.empty() ? "" : "; ", unknown.size(), predictions.string(),
                           truth.string(), listed(unknown));
  }
  fail("{}", message);
}

}  // namespace flowtalk::evaluate
