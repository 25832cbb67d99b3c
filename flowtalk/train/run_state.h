// Where a run stands, beside the weights of its checkpoint: training/ in the checkpoint's folder.
#pragma once

#include <torch/optim/adamw.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

#include "flowtalk/base/fields.h"

namespace flowtalk::train {

struct RunState {
  std::string stage;
  int64_t epoch = 0;                        // finished epochs
  int64_t step = 0;                         // finished steps of the next one
  std::map<std::string, double> sums = {};  // of its losses so far
  Json memory = {};                         // of the stage (train/loop.h)
};

void save_state(const RunState& state, const torch::optim::AdamW& optimizer,
                const std::filesystem::path& checkpoint);
// Of a run with so many steps in an epoch, whose optimizer lies on `device` wherever it lay before.
// Error: of another stage; damaged.
RunState load_state(const std::string& stage, int64_t steps_per_epoch,
                    torch::optim::AdamW& optimizer, const std::filesystem::path& checkpoint,
                    torch::Device device);

}  // namespace flowtalk::train
