// Blends of two emotions, which no clip of the data shows.
#pragma once

#include <torch/torch.h>

#include "flowtalk/base/rng.h"
#include "flowtalk/condition/emotion_control.h"

namespace flowtalk::train {

// Two emotions per window at one strength, alone and with a share that runs evenly from one value
// to another, cut at 0 and 1.
struct BlendedEmotions {
  condition::EmotionCurve first, second, both;
  torch::Tensor share;  // (B, W, 1), of the first
};
BlendedEmotions blended_emotions(Rng& rng, int64_t count, int64_t window);

}  // namespace flowtalk::train
