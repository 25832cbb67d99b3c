// Bilabial closures: do the lips shut where P, B and M are spoken? docs/math/metrics.md.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "flowtalk/data/phones.h"
#include "flowtalk/face/face.h"
#include "flowtalk/tensor/tensor.h"

namespace flowtalk::evaluate {

// Lips count as shut when the gap between their inner sides is below this, metres.
inline constexpr double kShutLips = 0.0015;

struct FrameRange {
  int64_t begin = 0, end = 0;  // frames begin .. end - 1
};

// The frames of each P, B or M: those whose time t / 25 lies in the phone or within half a frame of
// it, so that every phone has one; phones beyond `frames` are left out.
std::vector<FrameRange> bilabials(const std::vector<data::Phone>& phones, int64_t frames);

// The smallest lip gap of each range, metres.
std::vector<double> smallest_gaps(const motion::Motion& motion,
                                  const std::vector<FrameRange>& ranges,
                                  const face::Deformer& deformer);

// How many of the gaps are shut.
int64_t count_shut(const std::vector<double>& gaps);

}  // namespace flowtalk::evaluate
