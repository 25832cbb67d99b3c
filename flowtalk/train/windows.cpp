#include "flowtalk/train/windows.h"

#include <algorithm>
#include <cmath>

#include "flowtalk/base/error.h"
#include "flowtalk/base/rng.h"

namespace flowtalk::train {
namespace {

torch::Tensor cut(const torch::Tensor& frames, int64_t start, int64_t window) {
  const int64_t taken = std::min(window, frames.size(0) - start);
  const torch::Tensor piece = frames.narrow(0, start, taken);
  if (taken == window) return piece;
  return torch::cat({piece, piece.narrow(0, taken - 1, 1).expand({window - taken, -1})}, 0);
}

}  // namespace

torch::Tensor played_at(const torch::Tensor& motion, double speed) {
  const int64_t last = motion.size(0) - 1;
  const auto frames = static_cast<int64_t>(static_cast<double>(last) / speed) + 1;
  const torch::Tensor at = torch::arange(frames, torch::kFloat64) * speed;
  const torch::Tensor before = at.floor();
  const torch::Tensor t = (at - before).unsqueeze(1).to(motion.dtype());
  const auto frame = [&](int64_t offset) {
    return motion.index_select(0, (before.to(torch::kInt64) + offset).clamp(0, last));
  };
  const torch::Tensor a = frame(-1), b = frame(0), c = frame(1), d = frame(2);
  return b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)));
}

Batch Batch::to(torch::Device device) const {
  Batch moved = *this;
  moved.motion = motion.to(device);
  if (speech.defined()) moved.speech = speech.to(device);
  moved.mask = mask.to(device);
  return moved;
}

Batch windows_at(const std::vector<TrainingClip>& clips, const std::vector<size_t>& which,
                 const std::vector<int64_t>& starts, int64_t window) {
  Batch batch;
  std::vector<torch::Tensor> motion, speech, mask;
  batch.emotion.batch = static_cast<int64_t>(which.size());
  batch.emotion.frames = window;
  for (size_t i = 0; i < which.size(); ++i) {
    const TrainingClip& clip = clips[which[i]];
    motion.push_back(cut(clip.motion, starts[i], window));
    if (clip.speech.defined()) speech.push_back(cut(clip.speech, starts[i], window));
    const int64_t real = std::min(window, clip.motion.size(0) - starts[i]);
    mask.push_back((torch::arange(window) < real).to(torch::kFloat32));
    FT_CHECK(clip.emotion.size() == clips[which[0]].emotion.size(), "other emotions");
    const auto curve = condition::EmotionCurve::constant(clip.emotion, clip.strength, window);
    auto& all = batch.emotion;
    all.weights.insert(all.weights.end(), curve.weights.begin(), curve.weights.end());
    all.strength.insert(all.strength.end(), curve.strength.begin(), curve.strength.end());
    batch.style.push_back(clip.style);
  }
  batch.motion = torch::stack(motion);
  if (!speech.empty()) batch.speech = torch::stack(speech);
  batch.mask = torch::stack(mask);
  return batch;
}

WindowSampler::WindowSampler(const std::vector<TrainingClip>& clips, int64_t window, uint64_t seed)
    : clips_(&clips), window_(window), seed_(seed) {
  if (clips.empty())
    fail("training: the split holds no clip; check the data folder and {}",
         Field("train_subjects"));
  if (window % 2 != 0) fail("training: window_frames must be even, got {}", window);
  double sum = 0;
  for (const auto& clip : clips) {
    sum += static_cast<double>(std::max(clip.motion.size(0), window / 2));
    cumulative_.push_back(sum);
  }
}

Batch WindowSampler::draw(int64_t step, int64_t batch) const {
  const Rng base = Rng(seed_).fork("windows").fork(static_cast<uint64_t>(step));
  std::vector<size_t> which;
  std::vector<int64_t> starts;
  for (int64_t i = 0; i < batch; ++i) {
    Rng rng = base.fork(static_cast<uint64_t>(i));
    const double at = rng.uniform(0, cumulative_.back());
    const auto found = std::upper_bound(cumulative_.begin(), cumulative_.end(), at);
    const auto index =
        std::min(static_cast<size_t>(found - cumulative_.begin()), cumulative_.size() - 1);
    which.push_back(index);
    const int64_t room = std::max<int64_t>(0, (*clips_)[index].motion.size(0) - window_);
    starts.push_back(rng.integer(0, room));
  }
  return windows_at(*clips_, which, starts, window_);
}

Batch WindowSampler::fixed(int64_t count) const {
  const auto total = static_cast<int64_t>(clips_->size());
  std::vector<size_t> which;
  std::vector<int64_t> starts;
  for (int64_t i = 0; i < std::min(count, total); ++i) {
    const auto index = static_cast<size_t>(i * total / std::min(count, total));
    which.push_back(index);
    starts.push_back(std::max<int64_t>(0, ((*clips_)[index].motion.size(0) - window_) / 2));
  }
  return windows_at(*clips_, which, starts, window_);
}

torch::Generator generator_of_step(int64_t seed, int64_t step) {
  return torch::make_generator<torch::CPUGeneratorImpl>(static_cast<uint64_t>(seed) * 1000003u +
                                                        static_cast<uint64_t>(step));
}

}  // namespace flowtalk::train
