#include "flowtalk/formats/whole_steps.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace flowtalk::formats {

std::optional<WholeSteps> whole_steps(std::span<const float> values) {
  constexpr double kExact = 1e-6;
  constexpr double kWidest = 255;
  double least = 0, lowest = 0, highest = 0;
  for (const float v : values) {
    const double x = v;
    if (!std::isfinite(x)) return std::nullopt;
    if (x != 0 && (least == 0 || std::abs(x) < least)) least = std::abs(x);
    lowest = std::min(lowest, x), highest = std::max(highest, x);
  }
  const double largest = std::max(-lowest, highest);
  if (least == 0 || highest - lowest > (kWidest + 0.5) * least) return std::nullopt;
  // The smallest is one step, whose last digits the largest knows best.
  const auto step = static_cast<float>(largest / std::round(largest / least));
  const WholeSteps found{step, static_cast<int>(std::lround(-lowest / double{step}))};
  for (const float v : values) {
    const double exact = double{step} * std::round(double{v} / double{step});
    if (std::abs(double{v} - exact) > kExact * largest) return std::nullopt;
  }
  return found;
}

std::vector<uint8_t> bytes_of(std::span<const float> values, WholeSteps steps) {
  std::vector<uint8_t> bytes;
  bytes.reserve(values.size());
  for (const float v : values) {
    bytes.push_back(static_cast<uint8_t>(std::lround(v / steps.step) + steps.zero));
  }
  return bytes;
}

std::string to_text(WholeSteps steps) { return fmt::format("{} {}", steps.step, steps.zero); }

std::optional<WholeSteps> parse_whole_steps(std::string_view text) {
  WholeSteps steps;
  const char* const end = text.data() + text.size();
  const auto step = std::from_chars(text.data(), end, steps.step);
  if (step.ec != std::errc{} || step.ptr == end || *step.ptr != ' ') return std::nullopt;
  const auto zero = std::from_chars(step.ptr + 1, end, steps.zero);
  if (zero.ec != std::errc{} || zero.ptr != end) return std::nullopt;
  if (!std::isfinite(steps.step) || steps.step <= 0) return std::nullopt;
  if (steps.zero < 0 || steps.zero > 255) return std::nullopt;
  return steps;
}

}  // namespace flowtalk::formats
