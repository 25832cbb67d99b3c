#include "flowtalk/base/apart.h"

#include <fmt/format.h>

#include <cstdlib>

namespace flowtalk {

std::string apart(double value, double other, int digits) {
  constexpr int kMostDigits = 9;
  for (; digits <= kMostDigits; ++digits) {
    std::string text = fmt::format("{:.{}f}", value, digits);
    if (std::strtod(text.c_str(), nullptr) !=
            std::strtod(fmt::format("{:.{}f}", other, digits).c_str(), nullptr) ||
        value == other) {
      return text;
    }
  }
  return fmt::format("{}", value);
}

}  // namespace flowtalk
