// What is to be seen live, moment by moment, for those who send it.
#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "flowtalk/arkit/scores.h"
#include "flowtalk/base/tally.h"
#include "flowtalk/live/playback.h"
#include "flowtalk/motion/motion.h"

namespace flowtalk::pipeline {

// A face's parameters and what they borrow from.
struct LivePose {
  std::vector<float> row;
  face::FaceFrame frame;

  // Of expression and jaw, or performed (pipeline/live_performer.h).
  void set(std::vector<float> live);
};

class LiveShow {
 public:
  LiveShow() = default;
  virtual ~LiveShow() = default;
  LiveShow(const LiveShow&) = delete;
  LiveShow& operator=(const LiveShow&) = delete;

  // The face of sent frame n, which is shown at `when`; nothing: it is over. One thread.
  virtual std::optional<arkit::Scored> scored(int64_t n, live::Clock::time_point when) = 0;
  // What is to be seen now, as parameters; the face at rest where there is nothing. Any thread.
  virtual void pose(live::Clock::time_point now, LivePose& pose) const = 0;
  // What had no room in 0..1. After the last frame.
  const arkit::Cut& cut() const { return cut_; }

 protected:
  arkit::Cut cut_;
};

// A finished motion of the built-in head's axes, frame by frame at the rate of sending.
class PlayedShow : public LiveShow {
 public:
  // Error: another face's axes.
  PlayedShow(const motion::Motion& motion, double rate_hz, arkit::Gain gain);
  std::optional<arkit::Scored> scored(int64_t n, live::Clock::time_point when) override;
  void pose(live::Clock::time_point now, LivePose& pose) const override;

 private:
  motion::Motion motion_;
  std::atomic<int64_t> newest_ = 0;  // that was asked for
  arkit::Gain gain_;
};

// Frames as they come; before the first one, the face at rest.
class StreamedShow : public LiveShow {
 public:
  // begin: when the moment 0 of the sound was.
  StreamedShow(const live::Playback& playback, std::function<live::Clock::time_point()> begin,
               arkit::Gain gain)
      : playback_(playback), begin_(std::move(begin)), gain_(gain) {}
  std::optional<arkit::Scored> scored(int64_t n, live::Clock::time_point when) override;
  void pose(live::Clock::time_point now, LivePose& pose) const override;
  // How old the moment of each face was when it was asked for, ms. After the last frame.
  const Tally& age_ms() const { return age_ms_; }

 private:
  const live::Playback& playback_;
  std::function<live::Clock::time_point()> begin_;
  arkit::Gain gain_;
  Tally age_ms_;
};

}  // namespace flowtalk::pipeline
