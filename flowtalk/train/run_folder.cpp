#include "flowtalk/train/run_folder.h"

#include <vector>

#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"

namespace flowtalk::train {
namespace fs = std::filesystem;
namespace {

fs::path made(const RunOptions& run) {
  const fs::path out = run.out;
  std::error_code code;
  fs::create_directories(out, code);
  if (!fs::is_directory(out)) fail("{}: cannot be made ({})", out.string(), code.message());
  if (!run.resume && fs::exists(out / "last")) {
    fail("{}: holds a run already; give {} to go on with it, or another {}", out.string(),
         Field("resume"), Field("out"));
  }
  return out;
}

// "train.lr was 0.001, now 0.002" for every field that differs.
std::vector<std::string> differences(const Json& before, const Json& now) {
  std::vector<std::string> found;
  for (const auto& change : Json::diff(before, now)) {
    const auto at = change["path"].get<std::string>();
    if (at == "/train/max_epoch") continue;
    const Json::json_pointer pointer(at);
    const auto value = [&](const Json& json) {
      return json.contains(pointer) ? json[pointer].dump() : std::string("absent");
    };
    std::string name = at.substr(1);
    for (char& c : name) c = c == '/' ? '.' : c;
    found.push_back(fmt::format("{} was {}, now {}", name, value(before), value(now)));
  }
  return found;
}

}  // namespace

RunFolder::RunFolder(const RunOptions& run, const std::string& stage, Json config)
    : run_(run), stage_(stage), config_(std::move(config)), path_(made(run)), lock_(path_) {
  if (checkpoint()) check_config();
}

void RunFolder::check_config() const {
  const fs::path file = path_ / "run.json";
  const Json before = parse_json(load_file(file), file.string());
  const std::string stage = before.value("stage", "unknown");
  if (stage != stage_ || !before.contains("config")) {
    fail("{}: is of stage '{}', expected '{}'; use another {}", file.string(), stage, stage_,
         Field("out"));
  }
  const auto found = differences(before["config"], config_);
  if (found.empty()) return;
  fail("{}: the run began with other settings: {}; give the same, or another {}", file.string(),
       fmt::join(found, "; "), Field("out"));
}

std::optional<fs::path> RunFolder::checkpoint() const {
  const fs::path last = path_ / "last";
  if (!run_.resume || !fs::exists(last)) return std::nullopt;
  return last;
}

void RunFolder::record() const {
  const Json inputs(run_.inputs);
  save_file(path_ / "run.json",
            Json{{"stage", stage_}, {"config", config_}, {"inputs", inputs}}.dump(2) + "\n");
}

fs::path checkpoint_of(const fs::path& run_or_checkpoint) {
  for (const char* name : {"best", "last"}) {
    if (fs::is_directory(run_or_checkpoint / name)) return run_or_checkpoint / name;
  }
  return run_or_checkpoint;
}

int64_t finished_epochs(const fs::path& run) {
  const fs::path state = run / "last" / "training" / "state.json";
  if (!fs::exists(state)) return 0;
  return parse_json(load_file(state), state.string()).value("epoch", int64_t{0});
}

}  // namespace flowtalk::train
