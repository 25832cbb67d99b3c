// Training windows: equally long pieces of clips, drawn by (seed, step, item), so that a resumed
// run sees what an uninterrupted one would have seen.
#pragma once

#include <torch/types.h>

#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "flowtalk/base/conditions.h"
#include "flowtalk/condition/emotion_control.h"
#include "flowtalk/data/index.h"
#include "flowtalk/train/ahead.h"
#include "flowtalk/train/ranks.h"

namespace flowtalk::train {

struct TrainingClip {
  torch::Tensor motion;              // (T, 53)
  torch::Tensor speech;              // (T, 2C); undefined where only motion is used
  std::vector<float> emotion = {1};  // weights of the model's emotions
  float strength = 0;                // 0 for neutral
  int64_t style = 0;
};

// A clip of that name as yet without frames.
TrainingClip labelled(const data::ClipName& name, const Conditions& conditions);

// Clips to draw from, which need not all lie in memory.
class Clips {
 public:
  virtual ~Clips() = default;
  virtual size_t size() const = 0;
  virtual int64_t frames(size_t clip) const = 0;           // of its motion
  virtual TrainingClip operator[](size_t clip) const = 0;  // shares its frames; read only
};

class LoadedClips : public Clips {
 public:
  explicit LoadedClips(std::vector<TrainingClip> clips) : clips_(std::move(clips)) {}
  size_t size() const override { return clips_.size(); }
  int64_t frames(size_t clip) const override { return clips_[clip].motion.size(0); }
  TrainingClip operator[](size_t clip) const override { return clips_[clip]; }

 private:
  std::vector<TrainingClip> clips_;
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
  Share share = Share::whole(0);    // which windows these are of the batch of all ranks

  // On a GPU the copy does not wait, where the batch is pinned().
  Batch to(torch::Device device) const;
  Batch pinned() const;
  // Of a batch that holds the windows of `wanted`.
  Batch part(const Share& wanted) const;
};

// The window of a clip that begins at frame `start`.
Batch windows_at(const Clips& clips, const std::vector<size_t>& which,
                 const std::vector<int64_t>& starts, int64_t window);
// Random windows; clips are drawn in proportion to their length.
class WindowSampler {
 public:
  WindowSampler(const Clips& clips, int64_t window, uint64_t seed);
  // Of a batch of share.all windows those of the share.
  Batch draw(int64_t step, const Share& share) const;
  // The same windows at every call: each clip's middle, up to `count` clips evenly spread.
  Batch fixed(int64_t count) const;

 private:
  const Clips* clips_;
  std::vector<double> cumulative_;
  int64_t window_;
  uint64_t seed_;
};

// A rank's share of every step's batch, drawn while the one before is used, in pieces.
class StepBatches {
 public:
  using Samplers = std::function<const WindowSampler&(int64_t step)>;
  StepBatches(const WindowSampler& sampler, const Share& share, torch::Device device);
  StepBatches(Samplers samplers, const Share& share, torch::Device device);
  Batch operator()(int64_t step, const Share& piece);

 private:
  torch::Device device_;
  Ahead<Batch> ahead_;
  int64_t step_ = -1;
  Batch now_;
};
// What is looked at before the first step, four times a batch.
Batch first_batch(const WindowSampler& sampler, int64_t batch);

}  // namespace flowtalk::train
