#include "flowtalk/train/run_state.h"

#include <torch/serialize.h>

#include <sstream>

#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"

namespace flowtalk::train {
namespace fs = std::filesystem;
namespace {

constexpr const char* kTraining = "training";
constexpr const char* kState = "state.json";
constexpr const char* kOptimizer = "optimizer.pt";

}  // namespace

void save_state(const RunState& state, const torch::optim::AdamW& optimizer,
                const fs::path& checkpoint) {
  const fs::path folder = checkpoint / kTraining;
  fs::create_directories(folder);
  torch::serialize::OutputArchive archive;
  optimizer.save(archive);
  // By way of memory: where a disk is full, an archive that writes to a file ends the program.
  std::ostringstream bytes;
  archive.save_to(bytes);
  save_file(folder / kOptimizer, bytes.view());
  Json json{{"stage", state.stage}, {"epoch", state.epoch}};
  if (state.step > 0) json.update(Json{{"step", state.step}, {"sums", state.sums}});
  if (!state.memory.is_null()) json["memory"] = state.memory;
  save_file(folder / kState, json.dump() + "\n");
}

RunState load_state(const std::string& stage, int64_t steps_per_epoch,
                    torch::optim::AdamW& optimizer, const fs::path& checkpoint,
                    torch::Device device) {
  const fs::path file = checkpoint / kTraining / kState;
  const Json json = parse_json(load_file(file), file.string());
  RunState state;
  const auto damaged = [&](const std::string& why) {
    fail("{}: is damaged ({}); remove {}, and the run goes on after the checkpoint before it",
         (checkpoint / kTraining).string(), why, checkpoint.string());
  };
  try {
    state.stage = json.value("stage", "");
    state.epoch = json.value("epoch", int64_t{0});
    state.step = json.value("step", int64_t{0});
    state.sums = json.value("sums", state.sums);
    state.memory = json.value("memory", Json());
  } catch (const Json::exception& e) {
    damaged(e.what());
  }
  if (state.stage != stage) {
    fail("{}: is of stage '{}', expected '{}'; use another {}", file.string(), state.stage, stage,
         Field("out"));
  }
  if (state.epoch < 0 || state.step < 0 || state.step >= steps_per_epoch) {
    damaged(fmt::format("step {} of {}", state.step, steps_per_epoch));
  }
  try {
    torch::serialize::InputArchive archive;
    archive.load_from((checkpoint / kTraining / kOptimizer).string(), device);
    optimizer.load(archive);
  } catch (const c10::Error&) {
    damaged(kOptimizer);
  }
  return state;
}

}  // namespace flowtalk::train
