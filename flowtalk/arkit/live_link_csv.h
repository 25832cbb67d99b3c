// Takes as Epic's app Live Link Face saves them: a line per frame, 52 scores and nine turns.
#pragma once

#include <array>
#include <string>

#include "flowtalk/arkit/scores.h"

namespace flowtalk::arkit {

// The names of the columns, in their order.
inline constexpr std::string_view kTimeColumn = "Timecode", kCountColumn = "BlendshapeCount";
inline constexpr int kCountedValues = 61;  // of every line: scores and turns

// The whole file. Time codes begin at 0 and count sixtieths of a second, whatever the take's rate
// is, as the app's do: hh:mm:ss:ff.fff. Turns that a take has none of are 0.
std::string live_link_csv(const Take& take);

}  // namespace flowtalk::arkit
