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

TrainingClip labelled(const data::ClipName& name, const Conditions& conditions) {
  TrainingClip item;
  item.emotion = conditions.only(name.emotion);
  item.strength = name.emotion == kNeutral ? 0.0f : conditions.strength_of(name.level);
  item.style = name.style;
  return item;
}

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
  moved.motion = motion.to(device, /*non_blocking=*/true);
  if (speech.defined()) moved.speech = speech.to(device, /*non_blocking=*/true);
  moved.mask = mask.to(device, /*non_blocking=*/true);
  return moved;
}

Batch Batch::pinned() const {
  Batch held = *this;
  held.motion = motion.pin_memory();
  if (speech.defined()) held.speech = speech.pin_memory();
  held.mask = mask.pin_memory();
  return held;
}

Batch Batch::part(const Share& wanted) const {
  Batch piece = *this;
  piece.share = wanted;
  const int64_t first = wanted.first - share.first;
  const auto rows = [&](const torch::Tensor& x) { return x.narrow(0, first, wanted.count); };
  piece.motion = rows(motion);
  if (speech.defined()) piece.speech = rows(speech);
  piece.mask = rows(mask);
  const auto cut_out = [&](auto& values, int64_t each) {
    values = {values.begin() + first * each, values.begin() + (first + wanted.count) * each};
  };
  cut_out(piece.style, 1);
  piece.emotion.batch = wanted.count;
  cut_out(piece.emotion.strength, emotion.frames);
  cut_out(piece.emotion.weights, emotion.frames * static_cast<int64_t>(emotion.emotions()));
  return piece;
}

Batch windows_at(const Clips& clips, const std::vector<size_t>& which,
                 const std::vector<int64_t>& starts, int64_t window) {
  Batch batch;
  std::vector<torch::Tensor> motion, speech, mask;
  batch.emotion.batch = static_cast<int64_t>(which.size());
  batch.share = Share::whole(batch.emotion.batch);
  batch.emotion.frames = window;
  for (size_t i = 0; i < which.size(); ++i) {
    const TrainingClip clip = clips[which[i]];
    motion.push_back(cut(clip.motion, starts[i], window));
    if (clip.speech.defined()) speech.push_back(cut(clip.speech, starts[i], window));
    const int64_t real = std::min(window, clip.motion.size(0) - starts[i]);
    mask.push_back((torch::arange(window) < real).to(torch::kFloat32));
    const auto curve = condition::EmotionCurve::constant(clip.emotion, clip.strength, window);
    auto& all = batch.emotion;
    FT_CHECK(i == 0 || all.weights.size() == i * curve.weights.size(), "other emotions");
    all.weights.insert(all.weights.end(), curve.weights.begin(), curve.weights.end());
    all.strength.insert(all.strength.end(), curve.strength.begin(), curve.strength.end());
    batch.style.push_back(clip.style);
  }
  batch.motion = torch::stack(motion);
  if (!speech.empty()) batch.speech = torch::stack(speech);
  batch.mask = torch::stack(mask);
  return batch;
}

WindowSampler::WindowSampler(const Clips& clips, int64_t window, uint64_t seed)
    : clips_(&clips), window_(window), seed_(seed) {
  if (clips.size() == 0)
    fail("training: the split holds no clip; check the data folder and {}",
         Field("train_subjects"));
  if (window % 2 != 0) fail("training: window_frames must be even, got {}", window);
  double sum = 0;
  for (size_t i = 0; i < clips.size(); ++i) {
    sum += static_cast<double>(std::max(clips.frames(i), window / 2));
    cumulative_.push_back(sum);
  }
}

Batch WindowSampler::draw(int64_t step, const Share& share) const {
  const Rng base = Rng(seed_).fork("windows").fork(static_cast<uint64_t>(step));
  std::vector<size_t> which;
  std::vector<int64_t> starts;
  for (int64_t i = share.first; i < share.first + share.count; ++i) {
    Rng rng = base.fork(static_cast<uint64_t>(i));
    const double at = rng.uniform(0, cumulative_.back());
    const auto found = std::upper_bound(cumulative_.begin(), cumulative_.end(), at);
    const auto index =
        std::min(static_cast<size_t>(found - cumulative_.begin()), cumulative_.size() - 1);
    which.push_back(index);
    const int64_t room = std::max<int64_t>(0, clips_->frames(index) - window_);
    starts.push_back(rng.integer(0, room));
  }
  Batch batch = windows_at(*clips_, which, starts, window_);
  batch.share = share;
  return batch;
}

Batch WindowSampler::fixed(int64_t count) const {
  const auto total = static_cast<int64_t>(clips_->size());
  std::vector<size_t> which;
  std::vector<int64_t> starts;
  for (int64_t i = 0; i < std::min(count, total); ++i) {
    const auto index = static_cast<size_t>(i * total / std::min(count, total));
    which.push_back(index);
    starts.push_back(std::max<int64_t>(0, (clips_->frames(index) - window_) / 2));
  }
  return windows_at(*clips_, which, starts, window_);
}

StepBatches::StepBatches(const WindowSampler& sampler, const Share& share, torch::Device device)
    : StepBatches([&sampler](int64_t) -> const WindowSampler& { return sampler; }, share, device) {}

StepBatches::StepBatches(Samplers samplers, const Share& share, torch::Device device)
    : device_(device), ahead_([samplers = std::move(samplers), share, device](int64_t step) {
        const Batch batch = samplers(step).draw(step, share);
        return device.is_cuda() ? batch.pinned() : batch;
      }) {}

Batch StepBatches::operator()(int64_t step, const Share& piece) {
  if (step != step_) now_ = ahead_(step).to(device_);
  step_ = step;
  return now_.part(piece);
}

Batch first_batch(const WindowSampler& sampler, int64_t batch) {
  return sampler.draw(1 << 30, Share::whole(4 * batch));
}

}  // namespace flowtalk::train
