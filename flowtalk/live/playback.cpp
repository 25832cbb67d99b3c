#include "flowtalk/live/playback.h"

#include <algorithm>
#include <cmath>

namespace flowtalk::live {
namespace {

constexpr Seconds kSpare(0.02);  // for threads that are woken late
constexpr size_t kWatched = 50;  // frames
// Behind by more than this it goes on at once; before that by so much of a second per second, to
// wait for frames or to show them sooner.
constexpr Seconds kJump(0.25);
constexpr double kSlower = 0.05, kFaster = 0.005;

Clock::duration ticks(Seconds seconds) {
  return std::chrono::duration_cast<Clock::duration>(seconds);
}

}  // namespace

void Playback::add(std::span<const float> row, Clock::time_point now) {
  const std::lock_guard lock(mutex_);
  rows_.emplace_back(row.begin(), row.end());
  ++frames_;
  set_pace(now);
  const double place = Seconds(now - origin_).count() * rate_hz_;
  while (rows_.size() > 2 && static_cast<double>(first_ + 1) < place - 1) {
    rows_.pop_front();
    ++first_;
  }
}

// What is between two frames needs the later one, so each must be there a frame sooner.
void Playback::set_pace(Clock::time_point now) {
  const auto sooner = static_cast<double>(frames_ - 2) / rate_hz_;
  needs_.push_back(now - ticks(Seconds(sooner)));
  if (needs_.size() > kWatched) needs_.pop_front();
  const auto need = *std::ranges::max_element(needs_) + ticks(kSpare);
  if (frames_ == 1) {
    origin_ = need + ticks(Seconds(more_s_));
    return;
  }
  // The first frame of a step is later than the others, so no less than a few say how it is.
  if (need > origin_ + ticks(kJump)) {
    origin_ = need;
  } else {
    const Seconds most(kSlower / rate_hz_), least(-kFaster / rate_hz_);
    const Seconds by = std::clamp(Seconds(need - origin_), least, most);
    if (by.count() > 0 || needs_.size() == kWatched) origin_ += ticks(by);
  }
}

void Playback::finish() {
  const std::lock_guard lock(mutex_);
  finished_ = true;
}

std::vector<float> Playback::row_at(double place) const {
  const auto last = static_cast<double>(rows_.size() - 1);
  const double inside = std::clamp(place - static_cast<double>(first_), 0.0, last);
  const auto i = static_cast<size_t>(inside);
  const auto share = static_cast<float>(inside - std::floor(inside));
  std::vector<float> row = rows_[i];
  if (share == 0) return row;
  for (size_t k = 0; k < row.size(); ++k) row[k] += share * (rows_[i + 1][k] - row[k]);
  return row;
}

std::optional<Playback::Shown> Playback::at(Clock::time_point when) const {
  const std::lock_guard lock(mutex_);
  Shown shown;
  shown.over = finished_ && rows_.empty();
  if (shown.over) return shown;
  if (rows_.empty() || when < origin_) return std::nullopt;
  const double place = Seconds(when - origin_).count() * rate_hz_;
  const double newest = static_cast<double>(frames_ - 1);
  shown.over = finished_ && place >= static_cast<double>(frames_);
  shown.waiting = !finished_ && place > newest;
  shown.moment_s = std::min(place, newest) / rate_hz_;
  shown.row = row_at(place);
  return shown;
}

}  // namespace flowtalk::live
