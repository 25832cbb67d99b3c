// The loop that all stages share: learning-rate schedule, gradient accumulation and clipping, loss
// record, loss curves, one checkpoint folder per epoch, resume.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "flowtalk/base/fields.h"
#include "flowtalk/ops/torch/torch_ops.h"
#include "flowtalk/train/means.h"
#include "flowtalk/train/run_folder.h"
#include "flowtalk/train/torch_params.h"
#include "flowtalk/train/train_config.h"

namespace flowtalk::train {

struct Stage {
  std::string name;                       // "prior"
  std::string data = {};                  // how much there is to learn from, for people
  std::vector<std::string> trainable;     // parameter prefixes
  std::vector<std::string> jumping = {};  // of them what is set anew at times: no average
  Json config = Json::object();           // of the checkpoint, without its format
  // On every rank, before the pieces of a batch; step is the address of its windows and noise.
  std::function<void(int64_t step)> before_batch = [](int64_t) {};
  // From one piece of a batch, gradients on; this rank's pieces in order, with no other between.
  std::function<Lesson(int64_t step, const Share& piece)> learn;
  // After each epoch, gradients off: from a piece of what is held out, and what it says in all.
  int64_t held_out = 0;  // windows
  std::function<Summands(const Share& piece)> judge;
  std::function<Metrics(const Losses& means)> figures;
  std::function<void()> before_first_step = [] {};  // on the leader; the others get its weights
  // What a step leaves for those after it in its epoch beside the weights, and its way back. Both
  // on every rank; the leader's is kept.
  std::function<Json()> memory = [] { return Json(); };
  std::function<void(const Json&)> remember = [](const Json&) {};
};

// Trains to config.max_epoch. Every epoch leaves a checkpoint in the run folder: config.json,
// weights.safetensors and, in the newest, training/ (optimizer and position); `best`, where
// validate() gives "selection", is the epoch where that was lowest. An epoch that was cut off is
// trained again from its beginning after resume, with the same windows; one that was asked to stop
// (SIGTERM, SIGUSR1) leaves a checkpoint and goes on at the next step. The ranks of the folder take
// the pieces of every batch, and where their number divides that of the pieces (pieces_of), the
// weights are those that one process would train, bit for bit on machines of one kind. Errors: a
// loss that is not finite (names stage, step and loss); asked to stop, or a rank is lost
// (kStoppedExit).
void run_stage(const Stage& stage, TorchParams& params, const TrainConfig& config,
               const RunFolder& folder);

// Where and in which precision a stage computes.
ops::TorchOps ops_of(const TrainConfig& config, const RunOptions& run);

// In how many pieces a batch is taken: train.pieces, else four on a processor, where they cost
// little, and one per rank on GPUs; where ranks or windows do not fit these, one per rank.
int64_t pieces_of(const TrainConfig& config, int ranks, bool gpu);

// Learning rate at a step: linear warm-up, then by the schedule down to the final share.
double learning_rate(const TrainConfig& config, int64_t step, int64_t total_steps);

}  // namespace flowtalk::train
