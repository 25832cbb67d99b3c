// How a stage is trained; lives in the run folder, not in the model.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "flowtalk/base/fields.h"
#include "flowtalk/train/precision.h"
#include "flowtalk/train/schedule.h"

namespace flowtalk::train {

struct TrainConfig {
  int max_epoch = 10, steps_per_epoch = 200, batch = 16;
  int window_frames = 64;  // motion frames of one training window
  float lr = 5e-4f, warmup_steps = 200, final_lr_share = 0.05f, weight_decay = 0.01f, clip_norm = 1;
  Schedule schedule = Schedule::kCosine;
  int gradient_accumulation_steps = 1;
  float average = 0;  // of the weights over the steps; 0: none
  int patience = 0;   // epochs; 0: all are trained
  int pieces = 0;
  Precision precision = Precision::kFloat32;
  int seed = 1;

  template <class V>
  void fields(V&& field) {
    field("max_epoch", max_epoch, between(1, 100000), "epochs");
    field("steps_per_epoch", steps_per_epoch, between(1, 1000000), "optimizer steps of one epoch");
    field("batch", batch, between(1, 4096), "windows per step");
    field("window_frames", window_frames, between(8, 2000), "motion frames of a window, even");
    field("lr", lr, between(1e-9f, 1.0f), "highest learning rate");
    field("warmup_steps", warmup_steps, between(0.0f, 1e6f), "steps of linear warm-up");
    field("final_lr_share", final_lr_share, between(0.0f, 1.0f), "last learning rate / highest");
    field("schedule", schedule, "of the learning rate after the warm-up");
    field("weight_decay", weight_decay, between(0.0f, 1.0f), "AdamW weight decay");
    field("clip_norm", clip_norm, between(0.0f, 1e6f), "largest norm of the gradient");
    field("gradient_accumulation_steps", gradient_accumulation_steps, between(1, 1024),
          "batches whose gradients are averaged into one step");
    field("average", average, between(0.0f, 0.99999f),
          "what the moving average of the weights keeps at a step, such as 0.999; it is what is "
          "validated and saved; 0: the weights themselves");
    field("patience", patience, between(0, 100000),
          "epochs without a better figure of validation after which training ends; 0: never");
    field("pieces", pieces, between(0, 4096),
          "of each batch, whose gradients are added up in order: whatever number of ranks divides "
          "it trains the same weights; 0: four on processors, one per rank on GPUs");
    field("precision", precision,
          "of layers' products: float32, or bfloat16, with all else in float32");
    field("seed", seed, between(0, 2147483647), "of initial weights, windows and noise");
  }
};

class Ranks;

// Where a run reads and writes, and on what it runs.
struct RunOptions {
  std::string out;             // run folder
  std::string device = "cpu";  // "cpu", "cuda", "cuda:0"; "": cuda:0 if there is one
  int threads = 0;             // 0: all
  bool resume = false;
  std::map<std::string, std::string> inputs;  // "dataset" and the like, for run.json
  bool quiet = false;                         // no progress
  std::shared_ptr<Ranks> ranks = nullptr;     // ranks.h; none: it trains alone
};

}  // namespace flowtalk::train
