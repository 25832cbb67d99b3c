// Values that are whole multiples of one step, as quantised weights are, in a byte each: the value
// of the byte b is step (b - zero).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace flowtalk::formats {

struct WholeSteps {
  float step = 1;
  int zero = 0;  // 0 .. 255

  float value(uint8_t byte) const { return step * static_cast<float>(byte - zero); }
};

// The step of such values, which `value` gives back to 1e-6 of the largest; nothing where they are
// no such multiples, or more than 255 steps wide.
std::optional<WholeSteps> whole_steps(std::span<const float> values);
std::vector<uint8_t> bytes_of(std::span<const float> values, WholeSteps steps);

std::string to_text(WholeSteps steps);  // "0.0158195 134"
// Nothing where the text is no such pair, the step not above 0 or zero no byte.
std::optional<WholeSteps> parse_whole_steps(std::string_view text);

}  // namespace flowtalk::formats
