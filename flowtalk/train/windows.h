// Training windows: equally long pieces of clips, drawn by (seed, step, item), so that a resumed
// run sees what an uninterrupted one would have seen.
#pragma once

#include <torch/types.h>

#include <cstdint>
#include <vector>

#include "flowtalk/condition/emotion_control.h"

namespace flowtalk::train {

struct TrainingClip {
  torch::Tensor motion;  // (T, 53)
  torch::Tensor speech;  // (T, 2C); undefined where only motion is used
  int emotion = 0;
  float strength = 0;  // 0 for neutral
  int64_t style = 0;
};

// Motion (T, C) played `speed` times as fast, (1 + (T-1)/speed, C), cubic between frames
// (Catmull-Rom).
torch::Tensor played_at(const torch::Tensor& motion, double speed);

struct Batch {
  torch::Tensor motion;             // (B, W, 53), short clips padded with their last frame
  torch::Tensor speech;             // (B, W, 2C) or undefined
  torch::Tensor mask;               // (B, W), 0 where padded
  condition::EmotionCurve emotion;  // constant in each window
  std::vector<int64_t> style;       // (B)

  Batch to(torch::Device device) const;
};

// The window of a clip that begins at frame `start`.
Batch windows_at(const std::vector<TrainingClip>& clips, const std::vector<size_t>& which,
                 const std::vector<int64_t>& starts, int64_t window);
// Random windows; clips are drawn in proportion to their length.
class WindowSampler {
 public:
  WindowSampler(const std::vector<TrainingClip>& clips, int64_t window, uint64_t seed);
  Batch draw(int64_t step, int64_t batch) const;
  // The same windows at every call: each clip's middle, up to `count` clips evenly spread.
  Batch fixed(int64_t count) const;

 private:
  const std::vector<TrainingClip>* clips_;
  std::vector<double> cumulative_;
  int64_t window_;
  uint64_t seed_;
};

// AR(1) noise (B, T, D) with unit marginals, from a seed.
torch::Tensor ar_noise(const torch::IntArrayRef& shape, double rho, torch::Generator generator);
// What a step draws beside its windows; the same for a resumed run.
torch::Generator generator_of_step(int64_t seed, int64_t step);

}  // namespace flowtalk::train
