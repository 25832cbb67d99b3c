// What one call of predict or talk makes: usually one face, with a sweep a table of emotions and
// strengths.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "flowtalk/pipeline/performance.h"

namespace flowtalk::pipeline {

// A sweep of 0 and every level, which the model names.
inline constexpr std::string_view kLevelSweep = "levels";

struct SweepOptions {
  std::string sweep;  // strengths; "" none

  template <class V>
  void fields(V&& field) {
    field("sweep", sweep,
          "a table of all emotions (or those given) by strengths: alone low, medium, high and "
          "neutral; or a list such as 0,0.33,0.66,1");
  }
  // Usage Error: together with what says one strength or a curve.
  void check(const Given& given) const;
};

struct SweepCell {
  Mood mood;
  std::string level;  // "low", "strength-0.33"; of neutral "low"
  predict::PredictOptions options;

  std::string caption() const;  // "happy, low", "neutral"
};

// Is it a list of strengths rather than the name of a file?
bool looks_like_strengths(const std::string& word);

// Without a sweep one cell per emotion (none: neutral). With one, a table of emotions (none: all)
// by strengths above zero, row by row, and at the end neutral once, if 0 is among them. The longer
// side of the table lies across, for films are wider than high.
std::vector<SweepCell> sweep_cells(const std::string& sweep,
                                   const std::vector<std::string>& emotions,
                                   const PerformanceOptions& performance, bool has_templates,
                                   const Conditions& conditions);
// Columns of that table; 0 without a sweep.
int sweep_columns(const std::string& sweep, const std::vector<std::string>& emotions,
                  const Conditions& conditions);

}  // namespace flowtalk::pipeline
