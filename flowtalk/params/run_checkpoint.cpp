#include "flowtalk/params/run_checkpoint.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <vector>

#include "flowtalk/base/error.h"
#include "flowtalk/base/fields.h"
#include "flowtalk/base/files.h"

namespace flowtalk::params {
namespace fs = std::filesystem;
namespace {

std::optional<int> number_of(const std::string& name) {
  int number = 0;
  const auto [end, code] = std::from_chars(name.data(), name.data() + name.size(), number);
  if (code != std::errc() || end != name.data() + name.size() || number < 1) return std::nullopt;
  return number;
}

// Ascending.
std::vector<int> epochs_of(const fs::path& run) {
  std::vector<int> epochs;
  std::error_code code;
  for (const auto& entry : fs::directory_iterator(run / "epochs", code)) {
    const auto number = number_of(entry.path().filename().string());
    if (number && fs::exists(entry.path() / "config.json")) epochs.push_back(*number);
  }
  std::sort(epochs.begin(), epochs.end());
  return epochs;
}

// "1 to 4, 6"
std::string ranges_of(const std::vector<int>& numbers) {
  std::vector<std::string> parts;
  for (size_t i = 0; i < numbers.size();) {
    size_t end = i + 1;
    while (end < numbers.size() && numbers[end] == numbers[end - 1] + 1) ++end;
    parts.push_back(end - i == 1 ? fmt::format("{}", numbers[i])
                                 : fmt::format("{} to {}", numbers[i], numbers[end - 1]));
    i = end;
  }
  return fmt::format("{}", fmt::join(parts, ", "));
}

// The epoch that training wrote beside the weights of the newest checkpoint.
std::optional<int> recorded_epoch(const fs::path& checkpoint) {
  const fs::path state = checkpoint / "training" / "state.json";
  if (!fs::exists(state)) return std::nullopt;
  const Json json = parse_json(load_file(state), state.string());
  const auto epoch = json.is_object() ? json.find("epoch") : json.end();
  if (epoch == json.end() || !epoch->is_number_integer()) return std::nullopt;
  return epoch->get<int>();
}

// What best or last points to: epochs/0003.
std::optional<int> linked_epoch(const fs::path& link) {
  std::error_code code;
  const fs::path target = fs::canonical(link, code);
  const auto number = number_of(target.filename().string());
  return number && target.parent_path().filename() == "epochs" ? number : recorded_epoch(link);
}

RunCheckpoint of_epoch(const fs::path& run, int epoch) {
  const fs::path folder = run / "epochs" / fmt::format("{:04}", epoch);
  if (fs::exists(folder / "config.json")) return {folder, fmt::format("epoch {}", epoch)};
  const auto epochs = epochs_of(run);
  if (epochs.empty() && linked_epoch(run / "last") == epoch) {
    return {run / "last", fmt::format("the last, epoch {}", epoch)};
  }
  if (epochs.empty()) {
    fail_usage("{} {}: {} keeps no checkpoint of single epochs; leave it out", Field("max_epoch"),
               epoch, run.string());
  }
  fail_usage("{} {}: {} has no such epoch; it has {}", Field("max_epoch"), epoch, run.string(),
             ranges_of(epochs));
}

void check_epoch(const fs::path& checkpoint, int epoch) {
  const auto recorded = recorded_epoch(checkpoint);
  if (!recorded) {
    fail_usage("{} {}: {} does not say of which epoch it is; leave the option out",
               Field("max_epoch"), epoch, checkpoint.string());
  }
  if (*recorded != epoch) {
    fail_usage("{} {}: {} is of epoch {}; leave the option out", Field("max_epoch"), epoch,
               checkpoint.string(), *recorded);
  }
}

}  // namespace

RunCheckpoint checkpoint_in(const fs::path& given, std::optional<int> epoch) {
  const bool run = !fs::exists(given / "config.json") &&
                   (fs::is_directory(given / "best") || fs::is_directory(given / "last") ||
                    !epochs_of(given).empty());
  if (!run) {
    if (epoch && fs::exists(given / "config.json")) check_epoch(given, *epoch);
    return {given, ""};
  }
  if (epoch) return of_epoch(given, *epoch);
  for (const char* name : {"best", "last"}) {
    const fs::path link = given / name;
    if (!fs::is_directory(link)) continue;
    const auto number = linked_epoch(link);
    return {link,
            number ? fmt::format("the {}, epoch {}", name, *number) : fmt::format("the {}", name)};
  }
  return of_epoch(given, epochs_of(given).back());
}

}  // namespace flowtalk::params
