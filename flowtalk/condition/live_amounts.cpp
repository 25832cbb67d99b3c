#include "flowtalk/condition/live_amounts.h"

#include <algorithm>

#include "flowtalk/base/error.h"

namespace flowtalk::condition {

void LiveAmounts::set(int64_t frame, Amounts amounts) {
  FT_CHECK(frame - kChangeReach > asked_, "frame {} after {}", frame, asked_);
  FT_CHECK(amounts.size() == changes_.front().amounts.size(), "{} amounts", amounts.size());
  auto at = std::lower_bound(changes_.begin(), changes_.end(), frame,
                             [](const Change& c, int64_t f) { return c.frame < f; });
  if (at != changes_.end() && at->frame == frame) {
    at->amounts = std::move(amounts);
  } else {
    changes_.insert(at, {frame, std::move(amounts)});
  }
}

Amounts LiveAmounts::at(int64_t frame) {
  FT_CHECK(frame > asked_, "frame {} after {}", frame, asked_);
  asked_ = frame;
  while (changes_.size() > 1 && changes_[1].frame <= frame - kChangeReach) changes_.pop_front();
  return spread_around([&](int i) -> const Amounts& { return sharp(frame + i); });
}

const Amounts& LiveAmounts::sharp(int64_t frame) const {
  size_t i = 0;
  while (i + 1 < changes_.size() && changes_[i + 1].frame <= frame) ++i;
  return changes_[i].amounts;
}

}  // namespace flowtalk::condition
