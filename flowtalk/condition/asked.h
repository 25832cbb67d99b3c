// What a performance is asked for, or judged under: an emotion, how strong, and whose style.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "flowtalk/condition/emotion_control.h"

namespace flowtalk::condition {

struct Asked {
  std::array<float, 8> emotion{1};  // weights, sum 1
  float strength = 0;               // 0 .. 1.25; 0 is neutral
  int style = 0;                    // index into kStyles; -1: their average
  // In place of emotion and strength: both for every frame of the voice.
  std::optional<EmotionCurve> curve{};
};

// Usage Error: a negative weight, weights that do not sum to one, a strength out of range.
void check_emotion(std::span<const float> weights, float strength);
// Usage Error: a curve of another length than `frames`, or with a frame that check_emotion refuses.
void check_curve(const EmotionCurve& curve, int64_t frames);
// Usage Error: what one of the two refuses.
void check(const Asked& asked, int64_t frames);

// The first `frames` of a curve; its last one is repeated where it has fewer.
EmotionCurve with_frames(EmotionCurve curve, int64_t frames);
// The curve of what is asked, or its one emotion, for `frames` frames; the last is repeated.
EmotionCurve curve_of(const Asked& asked, int64_t frames);

}  // namespace flowtalk::condition
