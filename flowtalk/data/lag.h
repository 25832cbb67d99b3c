// How far motion lies behind its sound: the loudness of the voice against the opening of the jaw.
// The estimate is for a data set as a whole; one short clip says little.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace flowtalk::data {

inline constexpr int kMaxLag = 12;  // frames each way, about half a second

// Correlation of sound and motion when the motion is moved by -kMaxLag .. kMaxLag frames.
using LagCurve = std::array<float, 2 * kMaxLag + 1>;

struct Lag {
  double frames = 0;       // above 0: the motion comes after the sound
  double correlation = 0;  // at that lag
  double confidence = 0;   // 0..1
};

// Loudness per motion frame in decibels, of the 40 ms around t / 25, at most 40 below the loudest.
// samples at 16 kHz.
std::vector<float> loudness_per_frame(std::span<const float> samples, int64_t frames);

// Nothing where the clip is too short (2 s) or one of the two does not move.
std::optional<LagCurve> correlate(std::span<const float> loudness, std::span<const float> opening);

// The peak of one clip's curve; its confidence is one minus the chance of such a peak in noise
// of `frames` frames.
Lag lag_of_clip(const LagCurve& curve, int64_t frames);

// The peak of the mean curve; its confidence is the share of 200 resamplings of the clips whose
// peak lies within a frame of it. Fewer than 8 clips: confidence 0.
Lag pool_lags(std::span<const LagCurve> curves);

}  // namespace flowtalk::data
