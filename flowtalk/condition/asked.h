// What a performance is asked for, or judged under: an emotion, how strong, and whose style.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "flowtalk/base/conditions.h"
#include "flowtalk/condition/emotion_control.h"

namespace flowtalk::condition {

struct Asked {
  std::vector<float> emotion{};  // weights of the model's emotions, sum 1; empty: neutral
  float strength = 0;            // 0 .. 1.25; 0 is neutral
  int style = 0;                 // index into the model's; kAverageStyle: their mean
  // In place of emotion and strength: both for every frame of the voice.
  std::optional<EmotionCurve> curve{};
};

// Usage Error: another number of weights than emotions, a negative one, weights that do not sum to
// one, a strength out of range.
void check_emotion(std::span<const float> weights, float strength, const Conditions& conditions);
// Usage Error: a curve of another length than `frames`, or with a frame that check_emotion refuses.
void check_curve(const EmotionCurve& curve, const Conditions& conditions, int64_t frames);
// Usage Error: what one of the two refuses.
void check(const Asked& asked, const Conditions& conditions, int64_t frames);

// The weights of a mix of the model's emotions; empty: neutral.
std::vector<float> mix_of(const std::vector<float>& emotion, const Conditions& conditions);

// The first `frames` of a curve; its last one is repeated where it has fewer.
EmotionCurve with_frames(EmotionCurve curve, int64_t frames);
// The curve of what is asked, or its one emotion, for `frames` frames; the last is repeated.
EmotionCurve curve_of(const Asked& asked, const Conditions& conditions, int64_t frames);

}  // namespace flowtalk::condition
