#include "flowtalk/base/frame_rate.h"

#include <charconv>
#include <cmath>
#include <numeric>
#include <optional>
#include <string_view>

#include "flowtalk/base/error.h"

namespace flowtalk {
namespace {

constexpr double kMost = 2000;  // its millionths are whole numbers of 32 bits
constexpr int kMillion = 1'000'000;
// Rates of television are whole numbers times 1000/1001; people write them with two or three
// digits.
constexpr double kAsWritten = 0.005;

template <class T>
std::optional<T> number_in(std::string_view text) {
  T value{};
  const char* end = text.data() + text.size();
  const auto [stop, code] = std::from_chars(text.data(), end, value);
  return code == std::errc() && stop == end ? std::optional<T>(value) : std::nullopt;
}

FrameRate fraction(int numerator, int denominator) {
  const int common = std::gcd(numerator, denominator);
  return {numerator / common, denominator / common};
}

std::optional<FrameRate> of_fraction(std::string_view text) {
  const size_t slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto above = number_in<int>(text.substr(0, slash));
  const auto below = number_in<int>(text.substr(slash + 1));
  if (!above || !below || *above <= 0 || *below <= 0) return std::nullopt;
  return fraction(*above, *below);
}

std::optional<FrameRate> of_decimal(std::string_view text) {
  const auto hz = number_in<double>(text);
  if (!hz || !(*hz > 0 && *hz <= kMost)) return std::nullopt;
  const double of_television = std::round(*hz * 1.001);
  if (*hz != std::round(*hz) && of_television > 0 &&
      std::abs(*hz - of_television / 1.001) < kAsWritten) {
    return fraction(1000 * static_cast<int>(of_television), 1001);
  }
  const auto millionths = static_cast<int>(std::lround(kMillion * *hz));
  if (millionths == 0) return std::nullopt;
  return fraction(millionths, kMillion);
}

}  // namespace

std::string text_of(const FrameRate& rate) { return fmt::format("{:g}", rate.hz()); }

void from_text(const std::string& text, FrameRate& rate) {
  auto read = of_fraction(text);
  if (!read) read = of_decimal(text);
  if (!read) fail("expected frames per second, such as 25, 29.97 or 30000/1001");
  rate = *read;
}

}  // namespace flowtalk
