// How far the eyes of the built-in head stand open.
#pragma once

#include <array>
#include <cstdint>

#include "flowtalk/motion/layout.h"

namespace flowtalk::face {

// Height between the margins of an eye at its middle, metres: at rest, and what a coefficient of 1
// of each expression axis adds.
struct LidOpening {
  uint32_t upper = 0, lower = 0;  // vertices of the margins
  float rest = 0;
  std::array<float, motion::kLiveExpression> per_axis{};
};
const LidOpening& builtin_lid_opening(bool left);

}  // namespace flowtalk::face
