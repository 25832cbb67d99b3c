#include "flowtalk/synth/lip_curves.h"

#include <algorithm>

#include "flowtalk/face/expression_axes.h"
#include "flowtalk/motion/layout.h"
#include "flowtalk/synth/lip_model.h"

namespace flowtalk::synth {

using face::axis;

float effort_of(const LipTimes& times, float loudness) {
  return static_cast<float>(times.effort + times.loudness * static_cast<double>(loudness));
}

void add_speech(std::span<float> row, const MouthFrame& mouth, float effort, float jaw_gain,
                float lip_gain) {
  row[motion::kJawAt] = mouth.jaw * jaw_gain * effort;
  const auto lip = [&](LipShape shape) { return mouth.lips[shape] * lip_gain; };
  const auto add_pair = [&](size_t left, LipShape shape) {
    row[left] += lip(shape), row[left + 1] += lip(shape);
  };
  row[axis("mouthPucker")] += lip(kPucker);
  row[axis("mouthFunnel")] += lip(kFunnel);
  row[axis("mouthRollLower")] += lip(kRollLower);
  row[axis("mouthRollUpper")] += lip(kRollUpper);
  row[axis("mouthShrugUpper")] += lip(kShrugUpper);
  row[axis("tongueOut")] += lip(kTongue);
  add_pair(axis("mouthStretchLeft"), kStretch);
  add_pair(axis("mouthLowerDownLeft"), kLowerDown);
  add_pair(axis("mouthUpperUpLeft"), kUpperUp);
  add_pair(axis("mouthPressLeft"), kPress);
}

LipCurves lip_curves(const std::vector<data::Phone>& phones, std::span<const float> loudness,
                     const LipRules& rules) {
  const auto mouth = coarticulate(phones, std::ssize(loudness), rules);
  LipCurves curves;
  for (size_t t = 0; t < mouth.size(); ++t) {
    std::array<float, motion::kLive> row{};
    add_speech(row, mouth[t], effort_of(rules.times, loudness[t]), 1, 1);
    close_lips(row, std::max(mouth[t].closure, mouth[t].silence));
    curves.jaw.push_back(static_cast<double>(row[motion::kJawAt]));
    curves.gap_mm.push_back(1000 * static_cast<double>(std::max(0.0f, gap_of(row))));
  }
  return curves;
}

}  // namespace flowtalk::synth
