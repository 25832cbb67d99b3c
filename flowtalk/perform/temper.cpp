#include "flowtalk/perform/temper.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "flowtalk/base/error.h"

namespace flowtalk::perform {
namespace {

struct Row {
  std::string_view emotion;
  Temper temper;
};

// down, tilt, forward; nods, sway, pace; gaze down, aside; away, dwell
constexpr std::array kRows{
    Row{"happy", {-2.0, 0.5, 2, 1.35, 1.25, 1.10, 0.0, 0.0, 0.80, 1.0}},
    Row{"sad", {5.0, 1.5, -2, 0.50, 0.70, 0.65, 7.0, 3.0, 1.60, 1.4}},
    Row{"surprised", {-3.5, 0.0, -3, 1.35, 1.00, 1.15, -1.0, 0.0, 0.50, 1.1}},
    Row{"fear", {-1.5, 0.0, -8, 0.80, 0.85, 1.30, 0.0, 0.0, 1.60, 0.5}},
    Row{"disgusted", {-2.5, 1.0, -5, 0.90, 0.90, 0.90, 2.0, 2.0, 1.20, 1.0}},
    Row{"angry", {2.5, 0.0, 8, 1.35, 0.95, 1.15, 0.0, 0.0, 0.35, 1.6}},
    Row{"contempt", {-3.0, 2.0, -2, 0.75, 0.90, 0.85, 2.5, 2.0, 1.00, 1.3}}};

constexpr std::array kParts{
    &Temper::down_deg, &Temper::tilt_deg,      &Temper::forward_mm, &Temper::nods, &Temper::sway,
    &Temper::pace,     &Temper::gaze_down_deg, &Temper::aside_deg,  &Temper::away, &Temper::dwell};

}  // namespace

Temper temper_of(std::span<const std::string> emotions, std::span<const float> weights,
                 float strength) {
  FT_CHECK(weights.empty() || weights.size() == emotions.size(), "{} weights of {} emotions",
           weights.size(), emotions.size());
  constexpr Temper kNone{};
  Temper temper = kNone;
  for (size_t i = 0; i < weights.size(); ++i) {
    const auto row = std::ranges::find(kRows, emotions[i], &Row::emotion);
    if (row == kRows.end()) continue;
    const double share = double{strength} * double{weights[i]};
    for (const auto part : kParts) temper.*part += share * (row->temper.*part - kNone.*part);
  }
  for (const auto part :
       {&Temper::nods, &Temper::sway, &Temper::pace, &Temper::away, &Temper::dwell}) {
    temper.*part = std::max(temper.*part, 0.2);
  }
  return temper;
}

}  // namespace flowtalk::perform
