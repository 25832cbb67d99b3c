#include "flowtalk/pipeline/live_voice.h"

#include <algorithm>
#include <ctime>
#include <limits>
#include <thread>

namespace flowtalk::pipeline {
namespace {

double thread_ms() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return 1e3 * static_cast<double>(now.tv_sec) + 1e-6 * static_cast<double>(now.tv_nsec);
}

}  // namespace

int64_t LiveVoice::samples_in(Clock::duration time) const {
  return static_cast<int64_t>(live::Seconds(time).count() * sound_.rate_hz() + 1e-6);
}

void LiveVoice::push(const std::vector<float>& samples) {
  stream_.push(std::span<const float>(samples));
  if (performer_ != nullptr) performer_->hear(samples);
  heard_.samples += static_cast<int64_t>(samples.size());
  if (keep_sound_) {
    auto& kept = heard_.sound.samples;
    kept.insert(kept.end(), samples.begin(), samples.end());
  }
}

void LiveVoice::fill(int64_t samples) {
  if (samples <= 0) return;
  stream_.skip(samples);
  if (performer_ != nullptr) {
    performer_->hear(std::vector<float>(static_cast<size_t>(samples), 0.0f));
  }
  heard_.samples += samples;
  heard_.gap_samples += samples;
  if (!in_gap_) ++heard_.gaps;
  in_gap_ = true;
  auto& kept = heard_.sound.samples;
  if (keep_sound_) kept.resize(kept.size() + static_cast<size_t>(samples), 0.0f);
}

// Frames that are known, and performed if they are to be.
void LiveVoice::show(Clock::time_point now) {
  while (!made_.empty() && (performer_ == nullptr || performer_->ready())) {
    const auto row = performer_ == nullptr ? made_.front() : performer_->perform(made_.front());
    made_.pop_front();
    playback_.add(row, now);
    ++heard_.frames;
    if (keep_rows_) heard_.rows.insert(heard_.rows.end(), row.begin(), row.end());
  }
}

void LiveVoice::compute() {
  const int64_t steps = stream_.run(session_);
  while (const auto frame = stream_.pull()) {
    made_.emplace_back(frame->values.begin(), frame->values.end());
  }
  show(Clock::now());
  spent_ms_ += thread_ms() - from_ms_;
  if (steps == 0) return;
  heard_.step_ms.add(spent_ms_ / static_cast<double>(steps), steps);
  spent_ms_ = 0;
}

HeardLive LiveVoice::run(const std::function<bool()>& stopped) {
  heard_.sound.rate_hz = sound_.rate_hz();
  const bool own_pace = sound_.has_own_pace();
  auto begin = Clock::now(), last = begin;
  begin_ = begin.time_since_epoch().count();
  std::vector<float> piece;
  bool open = true;
  for (int64_t k = 1; open && !stopped(); ++k) {
    auto until = begin + k * kPiece;
    if (own_pace) until = Clock::now() + kPiece;
    const int64_t due = samples_in(until - begin) - heard_.samples;
    piece.clear();
    open = sound_.read(own_pace ? std::numeric_limits<int64_t>::max() : due, until, piece);
    if (!own_pace) std::this_thread::sleep_until(until);
    const auto now = Clock::now();
    if (control_ != nullptr) control_->apply(stream_, now);
    from_ms_ = thread_ms();
    if (!piece.empty()) {
      push(piece);
      if (own_pace) {  // its newest sample is of now
        const live::Seconds heard(static_cast<double>(heard_.samples) / sound_.rate_hz());
        begin = now - std::chrono::duration_cast<Clock::duration>(heard);
        begin_ = begin.time_since_epoch().count();
      }
      last = now;
      in_gap_ = false;
    } else if (open && (in_gap_ || now - last > kPatience)) {
      fill(own_pace ? samples_in(now - last) : due);
      last = now;
    }
    compute();
  }
  from_ms_ = thread_ms();
  stream_.finish();
  if (performer_ != nullptr) performer_->finish();
  compute();
  playback_.finish();
  return std::move(heard_);
}

}  // namespace flowtalk::pipeline
