// How parameters lie in rows: the widths that files have, and the part that the models learn. This
// room is the one place that takes rows apart; others ask a Motion for its parts.
#pragma once

#include <cstdint>
#include <vector>

#include "flowtalk/base/flame_layout.h"

namespace flowtalk::motion {

inline constexpr int64_t kLiveExpression = 50;  // expression coefficients that the models learn
inline constexpr int64_t kLive = kLiveExpression + flame::kJaw;  // 53: what they predict
inline constexpr int64_t kJawAt = kLiveExpression;               // where the jaw stands in those

// Rows of files: shape 300, expression 100 or 50, jaw 3; or the live part alone.
inline constexpr int64_t kWideRow = flame::kShape + flame::kExpression + flame::kJaw;  // 403
inline constexpr int64_t kNarrowRow = flame::kShape + kLive;                           // 353
constexpr bool is_row_width(int64_t width) {
  return width == kWideRow || width == kNarrowRow || width == kLive;
}

}  // namespace flowtalk::motion
