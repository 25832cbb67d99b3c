// What one clip of a data set is like, measured once; the findings of check.h are drawn from this.
#pragma once

#include <array>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "flowtalk/audio/audio.h"
#include "flowtalk/data/index.h"
#include "flowtalk/data/lag.h"
#include "flowtalk/motion/axes.h"
#include "flowtalk/motion/layout.h"
#include "flowtalk/tensor/tensor.h"

namespace flowtalk::data {

// The ranges that the reference system scales to 0..1.
inline constexpr float kExpressionLimit = 3, kJawLow = -0.1f, kJawHigh = 0.5f;

using ChannelValues = std::array<float, static_cast<size_t>(motion::kLive)>;

struct ClipFacts {
  std::string motion_fault, motion_problem;  // kind of finding and message; empty if it was read
  std::string sound_problem;
  int64_t frames = 0;                             // at the models' rate
  int64_t width = 0;                              // of rows; 0 of parts by name
  double motion_hz = 0;                           // as the file says, else the models' rate
  std::optional<motion::Axes> axes;               // where the file says whose it moves
  std::vector<std::string> odd, unused;           // remarks of its reader; arrays of other things
  bool has_shape = false;                         // the shape columns are not all zero
  ChannelValues low{}, high{};                    // per channel
  int64_t expression_beyond = 0, jaw_beyond = 0;  // values outside the ranges above
  int64_t repeated = 0;                           // frames that equal the one before
  uint64_t motion_hash = 0, sound_hash = 0;
  double sound_s = 0, rms_db = 0, clipped_share = 0;
  int source_hz = 0, source_channels = 0;
  std::vector<audio::SoundWarning> sound_warnings;
  std::optional<LagCurve> lag;

  bool readable() const { return motion_problem.empty() && sound_problem.empty(); }
};

// How often each channel took which value, over all clips; adding is thread-safe.
class ChannelCounts {
 public:
  ChannelCounts() : counts_(static_cast<size_t>(motion::kLive * kBins)) {}
  void add(const tensor::Tensor& motion);  // (T, 53)
  // The value below which `share` of the channel's frames lie.
  double quantile(int64_t channel, double share) const;
  int64_t frames() const { return frames_; }

 private:
  static constexpr int64_t kBins = 4096;
  static double half_range(int64_t channel) { return channel < motion::kJawAt ? 8.0 : 1.0; }
  std::vector<uint32_t> counts_;
  int64_t frames_ = 0;
  std::mutex mutex_;
};

// Reads both files. What is wrong with them goes into the facts; nothing is thrown for it.
ClipFacts measure_clip(const Clip& clip, ChannelCounts& counts);

}  // namespace flowtalk::data
