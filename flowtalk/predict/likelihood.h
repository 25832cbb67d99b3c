// The exact density that the flow gives a recorded performance: log p(z | voice, emotion, strength,
// style). It is the density of the motion prior's standardised latents (the encoder's means), not
// of the motion itself; docs/likelihood.md says what that means.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "flowtalk/condition/emotion_control.h"
#include "flowtalk/tensor/tensor.h"

namespace flowtalk::predict {

// Under what a performance is judged; the values are those of PredictOptions.
struct Condition {
  std::vector<float> emotion{};  // weights of the model's emotions, sum 1; empty: neutral
  float strength = 0;            // 0 .. 1.25
  int style = 0;                 // index into the model's; -1: their average
  // In place of emotion and strength: both for every frame of the voice.
  std::optional<condition::EmotionCurve> curve{};
};

// How many frames a recording and its voice may differ by in length: a tenth, 2 to 5. They rarely
// end in the same frame; motion of another frame rate differs by more.
constexpr int64_t most_cut(int64_t frames) {
  const int64_t tenth = frames / 10;
  return tenth < 2 ? 2 : tenth > 5 ? 5 : tenth;
}

struct Likelihood {
  double log_prob = 0;       // natural logarithm, summed over all whole pairs of frames
  int64_t dimensions = 0;    // latent values counted: 2 (T/2) D; the last frame of an odd T is not
  tensor::Tensor residual;   // r = (u - m) / sd of the base, (T/2, 2D)
  tensor::Tensor log_probs;  // natural logarithm per pair of frames, (T/2)
  double bits_per_dim() const;  // -log_prob / (dimensions ln 2)
};

}  // namespace flowtalk::predict
