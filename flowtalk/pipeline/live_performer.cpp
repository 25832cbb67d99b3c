#include "flowtalk/pipeline/live_performer.h"

#include <algorithm>

#include "flowtalk/audio/pitch.h"
#include "flowtalk/base/error.h"
#include "flowtalk/encoder/speech_features.h"

namespace flowtalk::pipeline {
namespace {

constexpr size_t kFrameSamples = flame::kAudioHz / flame::kFps;

}  // namespace

LivePerformer::LivePerformer(const PerformancePlan& plan, int rate_hz)
    : plan_(plan), performer_(plan.amounts, plan.address), resampler_(rate_hz) {
  FT_CHECK(plan.tempers.size() == 1, "{} tempers of a live face", plan.tempers.size());
}

void LivePerformer::hear(std::span<const float> samples) {
  std::vector<float> resampled;
  resampler_.push(samples, resampled);
  hear_16k(resampled);
}

void LivePerformer::hear_16k(std::span<const float> samples) {
  samples_ += std::ssize(samples);
  for (const float x : samples) {
    frame_.push_back(x);
    if (frame_.size() < kFrameSamples) continue;
    hear_frame(frame_);
    frame_.clear();
  }
}

void LivePerformer::hear_frame(std::span<const float> frame) {
  const perform::Sound sound =
      perform::listen({flame::kAudioHz, {frame.begin(), frame.end()}}, encoder::loudness_of(frame))
          .front();
  told_.push_back(ear_.hear(sound));
  ++frames_;
}

void LivePerformer::finish() {
  if (finished_) return;
  finished_ = true;
  std::vector<float> rest;
  resampler_.finish(rest);
  hear_16k(rest);
  if (frames_ < encoder::motion_frames(samples_)) hear_frame(frame_);
  for (int i = 0; i < perform::kLookAhead; ++i) told_.push_back(ear_.hear({}));
}

std::vector<float> LivePerformer::perform(std::span<const float> live) {
  FT_CHECK(ready(), "nothing was heard");
  const perform::Moment moment = told_[perform::kLookAhead];
  told_.pop_front();
  std::vector<float> row(live.begin(), live.end());
  row.resize(kPosedRow);
  const auto expression = std::span(row).first(motion::kLiveExpression);
  const auto pose = performer_.perform(moment, plan_.tempers.front());
  const auto frame = perform::put_on(pose, plan_.amounts.gaze > 0, expression);
  auto to = row.begin() + kPosedAt;
  for (const auto& part : {frame.root, frame.neck, frame.translation}) {
    to = std::ranges::copy(part, to).out;
  }
  return row;
}

}  // namespace flowtalk::pipeline
