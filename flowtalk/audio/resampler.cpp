#include "flowtalk/audio/resampler.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>

#include "flowtalk/base/error.h"
#include "flowtalk/base/flame_layout.h"

namespace flowtalk::audio {
namespace {

constexpr double kCrossings = 16, kPass = 0.94;

double windowed_sinc(double x, double cutoff) {
  const double at = x * cutoff;
  if (std::abs(at) >= kCrossings) return 0;
  const double turn = std::numbers::pi * at;
  const double sinc = at == 0 ? 1 : std::sin(turn) / turn;
  return sinc * (1 + std::cos(turn / kCrossings)) / 2;
}

}  // namespace

Resampler::Resampler(int rate_hz) : rate_hz_(rate_hz) {
  if (rate_hz < kLeastRate || rate_hz > kMostRate) {
    fail("rate: expected between {} and {} Hz, got {}", kLeastRate, kMostRate, rate_hz);
  }
  const int64_t common = std::gcd(int64_t{flame::kAudioHz}, int64_t{rate_hz});
  up_ = flame::kAudioHz / common;
  down_ = rate_hz / common;
  if (up_ == down_) return;
  const double cutoff =
      kPass * std::min(1.0, static_cast<double>(up_) / static_cast<double>(down_));
  half_ = static_cast<int64_t>(std::ceil(kCrossings / cutoff));
  first_ = -half_;
  heard_.assign(static_cast<size_t>(half_), 0.0f);
  for (int64_t phase = 0; phase < up_; ++phase) {
    const double place = static_cast<double>(phase) / static_cast<double>(up_);
    std::vector<double> row;
    for (int64_t i = 1 - half_; i <= half_; ++i) {
      row.push_back(windowed_sinc(static_cast<double>(i) - place, cutoff));
    }
    const double sum = std::accumulate(row.begin(), row.end(), 0.0);
    for (const double tap : row) taps_.push_back(static_cast<float>(tap / sum));
  }
}

int64_t Resampler::lookahead() const { return (half_ * up_ + down_ - 1) / down_; }

void Resampler::push(std::span<const float> samples, std::vector<float>& out) {
  pushed_ += static_cast<int64_t>(samples.size());
  if (half_ == 0) {
    out.insert(out.end(), samples.begin(), samples.end());
    return;
  }
  heard_.insert(heard_.end(), samples.begin(), samples.end());
  make(std::numeric_limits<int64_t>::max(), out);
}

void Resampler::make(int64_t until, std::vector<float>& out) {
  const int64_t end = first_ + static_cast<int64_t>(heard_.size());
  for (; made_ < until; ++made_) {
    const int64_t at = made_ * down_ / up_;  // the input sample at or before it
    if (at + half_ >= end) break;
    const float* taps = taps_.data() + made_ * down_ % up_ * 2 * half_;
    const float* from = heard_.data() + (at + 1 - half_ - first_);
    double sum = 0;
    for (int64_t i = 0; i < 2 * half_; ++i) sum += static_cast<double>(taps[i]) * from[i];
    out.push_back(static_cast<float>(sum));
  }
  const int64_t needed = made_ * down_ / up_ + 1 - half_;
  const int64_t gone = std::clamp<int64_t>(needed - first_, 0, end - first_);
  heard_.erase(heard_.begin(), heard_.begin() + gone);
  first_ += gone;
}

void Resampler::finish(std::vector<float>& out) {
  if (half_ == 0) return;
  const int64_t all = (2 * pushed_ * up_ + down_) / (2 * down_);
  heard_.resize(heard_.size() + static_cast<size_t>(2 * half_ + 1), 0.0f);
  make(all, out);
}

}  // namespace flowtalk::audio
