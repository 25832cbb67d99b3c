#include "flowtalk/evaluate/sequence_files.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <set>

#include "flowtalk/base/error.h"
#include "flowtalk/base/flame_layout.h"
#include "flowtalk/formats/npy.h"

namespace flowtalk::evaluate {
namespace fs = std::filesystem;
namespace {

constexpr size_t kNamesInMessage = 8;

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

// Tensors of one file that play the role: all but the templates and those of the other role.
void add_container(const fs::path& path, Role role, std::vector<StoredArray>& arrays) {
  static const std::set<std::string> kPlain = {"vertices",   "verts",  "gt",   "pred",
                                               "parameters", "motion", "data", "predictions"};
  const auto file = std::make_shared<const formats::SafetensorsFile>(path);
  const std::string own = role == Role::kTruth ? ".gt" : ".pred";
  const std::string other = role == Role::kTruth ? ".pred" : ".gt";
  for (const std::string& tensor : file->names()) {
    if (is_template(tensor) || tensor.ends_with(other)) continue;
    const bool marked = tensor.ends_with(own);
    std::string name = marked ? tensor.substr(0, tensor.size() - own.size()) : tensor;
    if (file->names().size() == 1 && kPlain.contains(tensor)) name = path.stem().string();
    arrays.push_back({std::move(name), path, file, tensor});
  }
}

std::map<std::string, StoredArray> list_arrays(const fs::path& place, Role role) {
  std::vector<StoredArray> arrays;
  if (fs::is_regular_file(place) && place.extension() == ".safetensors") {
    add_container(place, role, arrays);
  } else if (fs::is_directory(place)) {
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(place)) files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    for (const fs::path& file : files) {
      const std::string stem = file.stem().string();
      if (is_template(stem)) continue;
      if (file.extension() == ".safetensors") add_container(file, role, arrays);
      if (file.extension() == ".npy") arrays.push_back({stem, file, nullptr, ""});
    }
  } else {
    fail("{}: no such folder; expected one with .npy or .safetensors files", place.string());
  }
  std::map<std::string, StoredArray> named;
  for (StoredArray& array : arrays) {
    const auto [at, fresh] = named.emplace(array.name, array);
    if (!fresh) {
      fail("the sequence '{}' stands twice: {} and {}", array.name, at->second.where(),
           array.where());
    }
  }
  if (named.empty()) {
    fail("{}: holds no {}; expected .npy or .safetensors files", place.string(),
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

// The predictions of one sequence; they are taken out of `left`.
std::vector<StoredArray> predictions_of(const std::string& name,
                                        const std::map<std::string, StoredArray>& truths,
                                        std::map<std::string, StoredArray>& left) {
  if (const auto exact = left.find(name); exact != left.end()) {
    std::vector<StoredArray> one{exact->second};
    left.erase(exact);
    return one;
  }
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

std::string StoredArray::where() const {
  return container ? fmt::format("{}, tensor '{}'", file.string(), tensor) : file.string();
}

tensor::Tensor StoredArray::load() const {
  return container ? container->load(tensor) : formats::load_npy(file);
}

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
