#include "flowtalk/arkit/live_link_csv.h"

#include <fmt/format.h>

#include <cmath>
#include <iterator>

namespace flowtalk::arkit {
namespace {

static_assert(kShapes + kTurnNames.size() == kCountedValues);

// Thousandths of a sixtieth of a second are what a time code can tell.
void add_time(std::string& text, int64_t frame, double rate_hz) {
  const auto thousandths = std::llround(60000.0 * static_cast<double>(frame) / rate_hz);
  const int64_t sixtieths = thousandths / 1000, second = sixtieths / 60;
  fmt::format_to(std::back_inserter(text), "{:02}:{:02}:{:02}:{:02}.{:03}", second / 3600 % 24,
                 second / 60 % 60, second % 60, sixtieths % 60, thousandths % 1000);
}

}  // namespace

std::string live_link_csv(const Take& take) {
  std::string text = fmt::format("{},{}", kTimeColumn, kCountColumn);
  for (const size_t i : kCsvOrder) text.append(",").append(pascal(kNames[i]));
  for (const auto& name : kTurnNames) text += fmt::format(",{}", name);
  text += '\n';
  constexpr Turns kStraight{};
  for (int64_t t = 0; t < take.frames(); ++t) {
    add_time(text, t, take.rate_hz);
    fmt::format_to(std::back_inserter(text), ",{}", kCountedValues);
    const float* scores = take.scores.data() + t * take.scores.dim(1);
    const float* turns =
        take.turns.empty() ? kStraight.data() : take.turns.data() + t * take.turns.dim(1);
    const auto add = [&](float value) {
      // What would be written as -0 is 0.
      fmt::format_to(std::back_inserter(text), ",{:.10f}", std::abs(value) < 5e-11f ? 0.f : value);
    };
    for (const size_t i : kCsvOrder) add(scores[i]);
    for (size_t i = 0; i < kTurnNames.size(); ++i) add(turns[i]);
    text += '\n';
  }
  return text;
}

}  // namespace flowtalk::arkit
