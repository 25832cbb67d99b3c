#include "flowtalk/encoder/running_level.h"

#include <algorithm>
#include <cmath>

namespace flowtalk::encoder {
namespace {

constexpr int64_t kHop = 320;
constexpr int kSecond = 50;                     // hops
constexpr double kCounts = 0.0199526231496888;  // of the level, -17 dB
constexpr double kVoice = 3.16227766016838e-6;  // -55 dB
constexpr double kLeast = 2.51188643150958e-5;  // -46 dB
constexpr double kSinks = 0.995405417351527;    // -0.02 dB, 1 dB in 50 hops
constexpr double kTiny = 1e-7;                  // as normalise() has it

}  // namespace

void RunningLevel::apply(std::span<float> samples) {
  for (size_t at = 0; at < samples.size();) {
    const auto count = std::min(samples.size() - at, static_cast<size_t>(kHop - in_hop_));
    const double gain = 1.0 / std::sqrt(power_ + kTiny);
    for (float& sample : samples.subspan(at, count)) {
      const double x = sample;
      sum_ += x;
      squares_ += x * x;
      sample = static_cast<float>((x - offset_) * gain);
    }
    at += count;
    in_hop_ += static_cast<int64_t>(count);
    if (in_hop_ == kHop) end_hop();
  }
}

void RunningLevel::end_hop() {
  const double mean = sum_ / kHop;
  const double power = squares_ / kHop - 2 * offset_ * mean + offset_ * offset_;
  offset_ += (mean - offset_) / kSecond;
  if (power >= kCounts * power_) {
    counted_ = std::min(counted_ + 1, kSecond);
    power_ += (std::min(power, power_ / kCounts) - power_) / counted_;
  } else if (power > kVoice) {
    power_ *= kSinks;
  }
  power_ = std::max(power_, kLeast);
  sum_ = squares_ = 0;
  in_hop_ = 0;
}

}  // namespace flowtalk::encoder
