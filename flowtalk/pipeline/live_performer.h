// A performer who hears the sound as it comes: head, gaze, breathing and lids of each frame, the
// bytes of perform::performed on the whole sound.
#pragma once

#include <cstdint>
#include <deque>
#include <span>
#include <vector>

#include "flowtalk/audio/resampler.h"
#include "flowtalk/pipeline/performing.h"

namespace flowtalk::pipeline {

// A row of a live face: what the models know, then root, neck and translation.
inline constexpr int64_t kPosedAt = motion::kLive, kPosedRow = kPosedAt + 9;

class LivePerformer {
 public:
  // A plan of one temper.
  LivePerformer(const PerformancePlan& plan, int rate_hz);

  // The samples that come next, mono.
  void hear(std::span<const float> samples);
  void finish();  // silence follows

  // Can the next frame be performed? Sound is heard perform::kLookAhead frames ahead.
  bool ready() const { return told_.size() > static_cast<size_t>(perform::kLookAhead); }
  // Performs the next frame; live: (53) of the built-in head's axes -> (62)
  std::vector<float> perform(std::span<const float> live);

 private:
  void hear_16k(std::span<const float> samples);
  void hear_frame(std::span<const float> frame);

  PerformancePlan plan_;
  perform::Performer performer_;
  perform::Ear ear_;
  audio::Resampler resampler_;
  std::vector<float> frame_;          // that is being heard, at 16 kHz
  int64_t samples_ = 0, frames_ = 0;  // at 16 kHz; heard
  bool finished_ = false;
  std::deque<perform::Moment> told_;  // by the ear, that were not performed; the first kLookAhead
                                      // tell of no frame
};

}  // namespace flowtalk::pipeline
