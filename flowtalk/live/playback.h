// Frames that come as they are known, shown by a clock that runs evenly: a buffer of one frame and
// a little more, and between two frames their blend. Any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

namespace flowtalk::live {

using Clock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

class Playback {
 public:
  // Rows at so many frames per second. more_s: by how much other frames may come later after their
  // moments than the first does.
  Playback(double rate_hz, double more_s) : rate_hz_(rate_hz), more_s_(more_s) {}

  // The next frame, known at `now`. Frame 0 shows the moment 0.
  void add(std::span<const float> row, Clock::time_point now);
  // No more come.
  void finish();

  struct Shown {
    double moment_s = 0;     // of the motion
    std::vector<float> row;  // linear between two frames
    bool waiting = false;    // the frame that should follow has not come: the newest is held
    bool over = false;       // all frames have been shown
  };
  // Nothing before the first frame is to be seen.
  std::optional<Shown> at(Clock::time_point when) const;

 private:
  void set_pace(Clock::time_point now);
  std::vector<float> row_at(double place) const;

  mutable std::mutex mutex_;
  double rate_hz_, more_s_;
  std::deque<std::vector<float>> rows_;  // frames first_ ...
  int64_t first_ = 0, frames_ = 0;
  bool finished_ = false;
  std::deque<Clock::time_point> needs_;  // of the last frames: the earliest moment 0 for which each
                                         // comes in time
  Clock::time_point origin_{};           // when moment 0 is shown
};

}  // namespace flowtalk::live
