// The lip gap of the built-in head as a function of a frame's parameters, measured once, so that
// closures can be solved for instead of guessed.
#pragma once

#include <array>
#include <span>

#include "flowtalk/face/face.h"
#include "flowtalk/motion/layout.h"

namespace flowtalk::synth {

class LipModel {
 public:
  // Measures the head: gap over jaw angle, and what each axis adds (the axes act linearly).
  explicit LipModel(const face::Face& face);

  // Gap in metres of a frame (53 values); agrees with face::lip_gap to a fraction of a millimetre.
  float gap(std::span<const float> frame) const;
  // Sets mouthClose so that `closure` (0..1) of the frame's gap is taken back: 1 leaves none.
  void close(std::span<float> frame, float closure) const;

 private:
  static constexpr int kSteps = 40;
  static constexpr float kLowestJaw = -0.05f, kHighestJaw = 0.45f;
  std::array<float, kSteps + 1> by_jaw_{};
  std::array<float, motion::kLiveExpression> by_axis_{};
};

// The built-in head's.
const LipModel& builtin_lips();

}  // namespace flowtalk::synth
