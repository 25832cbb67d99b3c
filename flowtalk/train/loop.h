// The loop that all stages share: learning-rate schedule, gradient accumulation and clipping, loss
// record, loss curves, one checkpoint folder per epoch, resume.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "flowtalk/base/fields.h"
#include "flowtalk/train/torch_params.h"
#include "flowtalk/train/train_config.h"

namespace flowtalk::train {

// Named scalars: "total" is what is minimised, the rest is recorded.
using Losses = std::map<std::string, torch::Tensor>;
using Metrics = std::map<std::string, double>;

struct Stage {
  std::string name;                            // "prior"
  std::vector<std::string> trainable;          // parameter prefixes
  Json config;                                 // config.json of the checkpoint
  std::function<Losses(int64_t step)> losses;  // one batch, gradients on; step is the address of
                                               // its windows and noise
  std::function<Metrics()> validate;           // after each epoch, gradients off
  std::function<void(int64_t step)> before_first_step = [](int64_t) {};
};

// Trains to config.max_epoch. Run folder: run.json (TrainConfig), losses.csv, losses.svg,
// epochs/NNNN/ (the checkpoint after each epoch: config.json, weights.safetensors), last (a link to
// the newest, which also holds training/: optimizer and position), best (where validate() gives
// "selection", a link to the epoch where that was lowest). An epoch that was cut off is
// trained again from its beginning after resume, with the same windows. Errors: a loss that is not
// finite (names stage, step and loss), a run folder that is not empty without resume.
void run_stage(const Stage& stage, TorchParams& params, const TrainConfig& config,
               const RunOptions& run);

// The best checkpoint of a run folder, else the newest; the folder itself if it is a checkpoint.
std::filesystem::path checkpoint_of(const std::filesystem::path& run_or_checkpoint);

// The weights that a run goes on with: nothing unless it is to be resumed and has a checkpoint.
std::optional<std::filesystem::path> weights_to_resume(const RunOptions& run);

// Learning rate at a step: linear warm-up, then half a cosine down to the final share.
double learning_rate(const TrainConfig& config, int64_t step, int64_t total_steps);

}  // namespace flowtalk::train
