// What both curve fuzzers ask of a timeline that was accepted.
#pragma once

#include <algorithm>
#include <cmath>

#include "flowtalk/base/conditions.h"
#include "flowtalk/condition/timeline.h"
#include "fuzz/harness.h"

namespace flowtalk::fuzz {

inline void check_amounts(const condition::Amounts& amounts) {
  double sum = 0;
  for (const double a : amounts) {
    if (!(a >= 0)) finding("an amount below zero");
    sum += a;
  }
  if (!(sum <= kMaxStrength + 1e-6)) finding("amounts beyond the strongest face");
  if (amounts[kNeutral] != 0) finding("an amount of neutral");
}

// Every frame is a mix that sums to one, and a strength in range.
inline void check_curve(const condition::EmotionCurve& curve, int64_t frames) {
  const size_t emotions = default_conditions().emotions.size();
  const auto count = static_cast<size_t>(frames);
  if (curve.frames != frames || curve.strength.size() != count ||
      curve.weights.size() != count * emotions) {
    finding("a curve of another length");
  }
  for (size_t t = 0; t < count; ++t) {
    if (!(curve.strength[t] >= 0 && curve.strength[t] <= kMaxStrength)) {
      finding("a strength out of range");
    }
    float sum = 0;
    for (size_t i = 0; i < emotions; ++i) {
      const float weight = curve.weights[t * emotions + i];
      if (!(weight >= 0)) finding("a weight below zero");
      sum += weight;
    }
    if (!(std::abs(sum - 1) <= 1e-4f)) finding("weights that do not sum to one");
  }
}

inline void check_timeline(const condition::Timeline& timeline) {
  if (timeline.keyframes.empty() && timeline.events.empty()) finding("nothing was accepted");
  double last = -1;
  for (const auto& key : timeline.keyframes) {
    if (!(key.time_s > last && std::isfinite(key.time_s))) finding("keyframes out of order");
    last = key.time_s;
    check_amounts(key.amounts);
  }
  for (const auto& event : timeline.events) {
    const bool ramps = event.attack_s >= 0 && event.release_s >= 0 &&
                       event.attack_s + event.release_s <= event.end_s - event.start_s + 1e-6;
    if (!(event.start_s >= 0 && event.end_s > event.start_s && ramps)) {
      finding("an event of no or negative length, or ramps beyond it");
    }
    check_amounts(event.amounts);
  }
  for (const int64_t frames : {1, 2, 60}) {
    check_curve(
        timeline.curve(frames, condition::Amounts(default_conditions().emotions.size(), 0.0)),
        frames);
  }
  for (const std::string& line : timeline.beyond(2)) {
    accepts([&] { throw Error(line); });  // checks that it is one line
  }
}

}  // namespace flowtalk::fuzz
