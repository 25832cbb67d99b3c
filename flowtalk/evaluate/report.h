// What an evaluation says: a table for the terminal, metrics.json, and a card (one HTML file).
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "flowtalk/base/conditions.h"
#include "flowtalk/base/fields.h"
#include "flowtalk/evaluate/behaviour.h"
#include "flowtalk/evaluate/metrics.h"

namespace flowtalk::evaluate {

struct Report {
  std::string title;                                       // "The default model on datasets/mead"
  std::string command;                                     // as it was typed
  std::vector<std::pair<std::string, std::string>> facts;  // protocol, model, face, ...
  std::vector<std::string> notes;                          // what was left out or cut
  Conditions conditions;                                   // by which sequences are named
  std::vector<std::string> emotions = default_emotions();  // that motion was judged to show
  MeasureSetup setup;
  std::vector<SequenceMetrics> sequences;  // at least one
  BootstrapOptions bootstrap;
  std::vector<BehaviourValue> behaviour;  // of these sequences
};

// Aligned lines; values in SI units as the reference prints them, and in millimetres with their
// intervals.
std::string report_table(const Report& report);

// docs/math/metrics.md describes it.
Json report_json(const Report& report);

// A page with figures, plots and the hardest sequences; needs nothing but itself.
std::string report_card(const Report& report);

// Sequences that share an emotion, by the names of their data set.
struct EmotionGroup {
  std::string emotion;
  std::vector<SequenceMetrics> sequences;
};
// In the order of the conditions; none if a name is not one of such a data set.
std::vector<EmotionGroup> by_emotion(const std::vector<SequenceMetrics>& sequences,
                                     const Conditions& conditions);

// 1000 for metres, 1,000,000 for square metres: from SI to mm or mm^2.
double to_millimetres(const MetricInfo& metric);

}  // namespace flowtalk::evaluate
