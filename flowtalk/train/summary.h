// What a run says of itself: before its first step, and at its end.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "flowtalk/train/train_config.h"
#include "flowtalk/train/windows.h"

namespace flowtalk::train {

// "190 clips, 0:21 h": how much there is to learn from.
std::string amount_of(const Clips& clips);

struct RunSize {
  std::string data;  // amount_of, or another; "" leaves it out
  std::string device;
  int threads = 0;
  int64_t weights = 0, tensors = 0;  // that are trained
  int ranks = 1;
};
// "prior: trains 619,743 weights in 48 tensors on cpu with 2 threads: 10 epochs of 200 steps of 32
// windows; 6,330 clips, 7:21 h"
std::string start_line(const std::string& stage, const TrainConfig& config, const RunSize& size);

struct RunEnd {
  int64_t epochs = 0, steps = 0;  // that this call has trained
  double seconds = 0;
  int64_t peak_bytes = 0;       // of memory
  std::optional<int64_t> best;  // epoch
  std::string folder;
};
// "prior: 10 epochs in 5:23, 6.2 steps per second, at most 1.1 GB of memory; the best is epoch 8,
// in runs/prior/best"
std::string end_line(const std::string& stage, const RunEnd& end);

// The most memory that this process has held, bytes.
int64_t peak_memory();

}  // namespace flowtalk::train
