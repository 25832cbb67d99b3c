// The loop that all stages share: learning-rate schedule, gradient accumulation and clipping, loss
// record, loss curves, one checkpoint folder per epoch, resume.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "flowtalk/base/fields.h"
#include "flowtalk/train/run_folder.h"
#include "flowtalk/train/torch_params.h"
#include "flowtalk/train/train_config.h"

namespace flowtalk::train {

// Named scalars: "total" is what is minimised, the rest is recorded.
using Losses = std::map<std::string, torch::Tensor>;
using Metrics = std::map<std::string, double>;

struct Stage {
  std::string name;                            // "prior"
  std::string data = {};                       // how much there is to learn from, for people
  std::vector<std::string> trainable;          // parameter prefixes
  std::vector<std::string> jumping = {};       // of them what is set anew at times: no average
  Json config = Json::object();                // of the checkpoint, without its format
  std::function<Losses(int64_t step)> losses;  // one batch, gradients on; step is the address of
                                               // its windows and noise
  std::function<Metrics()> validate;           // after each epoch, gradients off
  std::function<void(int64_t step)> before_first_step = [](int64_t) {};
  // What a step leaves for those after it in its epoch beside the weights, and its way back.
  std::function<Json()> memory = [] { return Json(); };
  std::function<void(const Json&)> remember = [](const Json&) {};
};

// Trains to config.max_epoch. Every epoch leaves a checkpoint in the run folder: config.json,
// weights.safetensors and, in the newest, training/ (optimizer and position); `best`, where
// validate() gives "selection", is the epoch where that was lowest. An epoch that was cut off is
// trained again from its beginning after resume, with the same windows; one that was asked to stop
// (SIGTERM, SIGUSR1) leaves a checkpoint and goes on at the next step. Errors: a loss that is not
// finite (names stage, step and loss); asked to stop (kStoppedExit).
void run_stage(const Stage& stage, TorchParams& params, const TrainConfig& config,
               const RunFolder& folder);

// Learning rate at a step: linear warm-up, then by the schedule down to the final share.
double learning_rate(const TrainConfig& config, int64_t step, int64_t total_steps);

}  // namespace flowtalk::train
