// Frames or pictures per second, as people and films write them.
#pragma once

#include <string>

#include "flowtalk/base/flame_layout.h"

namespace flowtalk {

struct FrameRate {
  int numerator = flame::kFps, denominator = 1;  // without a common factor
  double hz() const { return static_cast<double>(numerator) / denominator; }
  explicit operator double() const { return hz(); }
  bool operator==(const FrameRate&) const = default;
};
std::string text_of(const FrameRate& rate);
// "25", "12.5", "30000/1001", "29.97": the last, 23.976 and the like mean the fraction of
// television. Error: anything else, or nothing above 0.
void from_text(const std::string& text, FrameRate& rate);

}  // namespace flowtalk
