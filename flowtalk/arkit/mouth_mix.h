// Mouths as mixes of a few whole mouths: what avatars have whose lips know vowels or visemes alone.
// Within this room only.
#pragma once

#include <array>
#include <span>

#include "flowtalk/arkit/scores.h"

namespace flowtalk::arkit {

// What tells whole mouths apart: how far one is open, and shapes, both sides together.
enum MouthFeature : size_t {
  kMouthOpen,
  kMouthFunnel,
  kMouthPucker,
  kMouthStretch,
  kMouthLowerDown,
  kMouthUpperUp,
  kMouthRollLower,
  kMouthRollUpper,
  kMouthPress,
  kMouthTongue,
  kMouthFeatures
};
using Mouth = std::array<float, kMouthFeatures>;

// The mean of a shape of the left side and its partner.
float both_sides(const Scores& scores, size_t left);

Mouth mouth_of(const Scores& scores);

// The mix of `mouths` that comes nearest to `mouth`, with weights of at least 0: least squares.
// counts: how much each feature counts.
void mix_mouths(std::span<const Mouth> mouths, const Mouth& counts, const Mouth& mouth,
                std::span<float> mix);

// Weights to 0..1, and no more than 1 together.
void bound_mix(std::span<float> weights);

}  // namespace flowtalk::arkit
