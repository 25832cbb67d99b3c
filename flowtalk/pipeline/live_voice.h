// Sound as it comes to frames as they are known: the thread that hears and computes.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <vector>

#include "flowtalk/audio/audio.h"
#include "flowtalk/base/tally.h"
#include "flowtalk/live/playback.h"
#include "flowtalk/pipeline/live_control.h"
#include "flowtalk/pipeline/live_performer.h"
#include "flowtalk/pipeline/live_sound.h"
#include "flowtalk/stream/stream.h"

namespace flowtalk::pipeline {

// What was heard and made, to be read when it is over.
struct HeardLive {
  std::vector<float> rows;  // (T, 53), performed (T, 62), if they are kept
  audio::Audio sound;       // with its gaps, if it is kept
  Tally step_ms;            // processor time of each step of two frames
  int64_t frames = 0, samples = 0, gaps = 0;
  int64_t gap_samples = 0;
};

class LiveVoice {
 public:
  using Clock = live::Clock;

  // All of these must outlive it.
  LiveVoice(const predict::Session& session, stream::Stream& stream, LiveSound& sound,
            live::Playback& playback)
      : session_(session), stream_(stream), sound_(sound), playback_(playback) {}

  // Who performs what the model makes; must outlive it.
  void perform_by(LivePerformer& performer) { performer_ = &performer; }
  // Who changes the stream while it runs, in the thread that runs it; must outlive it.
  void obey(LiveControl& control) { control_ = &control; }
  void keep(bool rows, bool sound) {
    keep_rows_ = rows;
    keep_sound_ = sound;
  }

  // Hears until the sound is over or `stopped` says so, at the pace of the clock, then makes the
  // last frames. Where nothing comes for kPatience, silence is heard. Once.
  HeardLive run(const std::function<bool()>& stopped);

  // When the moment 0 of the sound was, by its newest sample; before it is known, the time when
  // this was made. Any thread.
  Clock::time_point begin() const { return Clock::time_point(Clock::duration(begin_.load())); }

  static constexpr std::chrono::milliseconds kPiece{20}, kPatience{200};

 private:
  int64_t samples_in(Clock::duration time) const;
  void push(const std::vector<float>& samples);
  void fill(int64_t samples);
  void compute();
  void show(Clock::time_point now);

  const predict::Session& session_;
  stream::Stream& stream_;
  LiveSound& sound_;
  live::Playback& playback_;
  LivePerformer* performer_ = nullptr;
  LiveControl* control_ = nullptr;
  std::deque<std::vector<float>> made_;  // that were not shown
  bool keep_rows_ = false, keep_sound_ = false, in_gap_ = false;
  std::atomic<Clock::rep> begin_{Clock::now().time_since_epoch().count()};
  HeardLive heard_;
  double from_ms_ = 0, spent_ms_ = 0;  // of this piece, and since the last step
};

}  // namespace flowtalk::pipeline
