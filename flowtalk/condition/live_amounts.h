// Amounts (of emotions, or of styles) over frames as they are set while a face moves.
#pragma once

#include <cstdint>
#include <deque>

#include "flowtalk/condition/timeline.h"

namespace flowtalk::condition {

// Frames before a change that it is felt from, and after it until it is all there: timeline.h
// spreads it to both sides.
inline constexpr int64_t kChangeReach = kSpreadFrames / 2;

class LiveAmounts {
 public:
  explicit LiveAmounts(Amounts from_the_start) : changes_{{0, std::move(from_the_start)}} {}

  // From `frame` on, until the change after it. A change at the same frame takes its place. No
  // frame from which it is felt may have been asked for.
  void set(int64_t frame, Amounts amounts);
  // What is there in a frame, spread as Timeline::curve has it; frames are asked for in order.
  Amounts at(int64_t frame);

 private:
  const Amounts& sharp(int64_t frame) const;

  struct Change {
    int64_t frame;
    Amounts amounts;
  };
  std::deque<Change> changes_;  // by frame; the first is there already
  int64_t asked_ = -1;          // the last frame asked for
};

}  // namespace flowtalk::condition
