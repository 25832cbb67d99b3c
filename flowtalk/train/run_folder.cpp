#include "flowtalk/train/run_folder.h"

#include <vector>

#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/params/checkpoint.h"
#include "flowtalk/params/migrations.h"
#include "flowtalk/params/run_checkpoint.h"

namespace flowtalk::train {
namespace fs = std::filesystem;
namespace {

// "train.lr was 0.001, now 0.002" for every field that differs.
std::vector<std::string> differences(const Json& before, const Json& now) {
  std::vector<std::string> found;
  for (const auto& change : Json::diff(before, now)) {
    const auto at = change["path"].get<std::string>();
    if (at == "/train/max_epoch" || at == "/train/patience" || at == "/mean_of_last") continue;
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

// Runs of format 1, and the first of format 2, do not say it.
int format_of(const Json& record, const std::string& file) {
  if (const auto format = record.find("format"); format != record.end()) {
    if (format->is_number_integer() && *format >= 1 && *format <= params::kCheckpointFormat) {
      return *format;
    }
    fail("{}: format {}, this flowtalk goes on with 1 to {}; use the flowtalk that wrote it", file,
         format->dump(), params::kCheckpointFormat);
  }
  const Json& config = record["config"];
  const auto model = config.find("model");
  const bool kinds = model != config.end() && model->is_object() && model->contains("prior") &&
                     (*model)["prior"].is_object() && (*model)["prior"].contains("kind");
  return kinds || config.contains("conditions") ? 2 : 1;
}

}  // namespace

RunFolder::Made::Made(const RunOptions& run) : path_(run.out) {
  std::vector<fs::path> fresh;
  for (fs::path at = path_; !at.empty() && !fs::exists(at); at = at.parent_path()) {
    if (at.has_filename()) fresh.push_back(at);
  }
  std::error_code code;
  fs::create_directories(path_, code);
  if (!fs::is_directory(path_)) fail("{}: cannot be made ({})", path_.string(), code.message());
  if (!run.resume && (fs::exists(path_ / "last") || fs::exists(path_ / kStopped))) {
    fail("{}: holds a run already; give {} to go on with it, or another {}", path_.string(),
         Field("resume"), Field("out"));
  }
  fresh_ = std::move(fresh);
}

RunFolder::Made::~Made() {
  std::error_code code;
  if (fresh_.empty()) return;
  for (const auto& entry : fs::directory_iterator(path_, code)) {
    if (entry.path().filename() != FolderLock::kName) return;
  }
  fs::remove(path_ / FolderLock::kName, code);
  for (const fs::path& folder : fresh_) fs::remove(folder, code);
}

RunFolder::RunFolder(const RunOptions& run, const std::string& stage, Json config,
                     const Complete& complete)
    : run_(run), path_(run.out), stage_(stage), config_(std::move(config)) {
  if (!run_.ranks) run_.ranks = alone();
  if (ranks().leads()) {
    made_.emplace(run);
    lock_.emplace(path_);
    checkpoint_ = newest();
    if (checkpoint_) check_config(complete);
  }
  const std::string heard = ranks().hear(checkpoint_.value_or("").string());
  if (!heard.empty()) checkpoint_ = heard;
}

void RunFolder::check_config(const Complete& complete) const {
  const fs::path file = path() / "run.json";
  const Json before = parse_json(load_file(file), file.string());
  const bool named = before.is_object() && before.contains("stage") && before["stage"].is_string();
  const std::string stage = named ? before["stage"].get<std::string>() : "unknown";
  if (stage != stage_ || !before.contains("config")) {
    fail("{}: is of stage '{}', expected '{}'; use another {}", file.string(), stage, stage_,
         Field("out"));
  }
  Json recorded = before["config"];
  params::migrate_run(stage_, recorded, format_of(before, file.string()),
                      params::kCheckpointFormat);
  const auto found = differences(complete(recorded, file.string()), config_);
  if (found.empty()) return;
  fail("{}: the run began with other settings: {}; give the same, or another {}", file.string(),
       fmt::join(found, "; "), Field("out"));
}

std::optional<fs::path> RunFolder::newest() const {
  if (!run_.resume) return std::nullopt;
  for (const fs::path& checkpoint : {stopped(), path() / "last"}) {
    if (fs::exists(checkpoint / "config.json")) return checkpoint;
  }
  return std::nullopt;
}

void RunFolder::drop_stopped() const {
  fs::path going = stopped();
  going += ".partial";
  fs::remove_all(going);
  if (!fs::exists(stopped())) return;
  fs::rename(stopped(), going);  // at once: a half of it would be gone on after
  fs::remove_all(going);
}

void RunFolder::record() const {
  const Json inputs(run_.inputs);
  const Json record{{"stage", stage_},
                    {"format", params::kCheckpointFormat},
                    {"config", config_},
                    {"inputs", inputs}};
  save_file(path() / "run.json", record.dump(2) + "\n");
}

fs::path checkpoint_of(const fs::path& run_or_checkpoint) {
  return params::checkpoint_in(run_or_checkpoint).folder;
}

int64_t finished_epochs(const fs::path& run) {
  const fs::path state = run / "last" / "training" / "state.json";
  if (!fs::exists(state)) return 0;
  return parse_json(load_file(state), state.string()).value("epoch", int64_t{0});
}

std::vector<fs::path> last_checkpoints(const fs::path& run, int64_t count) {
  const int64_t epochs = finished_epochs(run);
  if (epochs < count) {
    fail("{}: {} finished epochs, expected {} at least; train on, or give a smaller {}",
         run.string(), epochs, count, Field("mean_of_last"));
  }
  std::vector<fs::path> checkpoints;
  for (int64_t epoch = epochs - count + 1; epoch <= epochs; ++epoch) {
    checkpoints.push_back(params::checkpoint_in(run, static_cast<int>(epoch)).folder);
  }
  return checkpoints;
}

int64_t recorded_number(const fs::path& run, const std::string& field, int64_t otherwise) {
  const fs::path file = run / "run.json";
  if (!fs::exists(file)) return otherwise;
  const Json record = parse_json(load_file(file), file.string());
  const Json::json_pointer at("/config/" + field);
  if (!record.is_object() || !record.contains(at)) return otherwise;
  if (!record[at].is_number_integer()) {
    fail("{}: {} is {}, expected a whole number", file.string(), field, record[at].dump());
  }
  return record[at].get<int64_t>();
}

}  // namespace flowtalk::train
