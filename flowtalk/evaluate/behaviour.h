// Figures beyond the distances of the reference: is the emotion there, does strength rise, do the
// lips shut, how much jitter and chance, how good is the density. docs/math/metrics.md defines
// each.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "flowtalk/evaluate/metrics.h"

namespace flowtalk::evaluate {

// A choice of sequences; the same one may stand in it several times.
using Chosen = std::span<const SequenceMetrics* const>;

enum class Better { kHigher, kLower, kNearReference };

struct BehaviourInfo {
  std::string_view key;    // in metrics.json
  std::string_view title;  // for people
  std::string_view unit;   // of the value; "1" for none
  Better better;
  // The figure, none if no chosen sequence has what it takes; and what it is compared with, in the
  // same unit.
  std::optional<double> (*value)(Chosen);
  std::optional<double> (*reference)(Chosen);  // null: nothing
  std::string_view reference_name;             // "of the truth"
  std::string_view meaning;
};

// All of them, in the order of the reports: the one list.
std::span<const BehaviourInfo> behaviours();
// By its key. FT_CHECK if there is none.
const BehaviourInfo& behaviour(std::string_view key);

struct BehaviourValue {
  const BehaviourInfo* info = nullptr;
  std::optional<double> value, reference;
  std::optional<Interval> interval, reference_interval;
};
// Those that are there, with percentile intervals over resampled sequences (none with fewer than
// two).
std::vector<BehaviourValue> behaviour_values(std::span<const SequenceMetrics> sequences,
                                             const BootstrapOptions& options = {});

// How often motion of an emotion that was asked for (rows) is judged as each emotion (columns).
struct EmotionConfusion {
  using Counts = std::vector<std::vector<int64_t>>;
  Counts truth, prediction;  // of all samples
};
// None if no motion was judged.
std::optional<EmotionConfusion> emotion_confusion(std::span<const SequenceMetrics> sequences);

}  // namespace flowtalk::evaluate
