// What one call of `predict` or `talk` makes: usually one face, with --sweep a table of emotions
// and strengths.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "apps/command_line.h"
#include "apps/performance.h"

namespace flowtalk::apps {

struct SweepCell {
  Mood mood;
  std::string level;  // "low", "strength-0.33"; of neutral the weakest
  predict::PredictOptions options;

  std::string caption() const;  // "happy, low", "neutral"
};

// --sweep [STRENGTHS]
void add_sweep_to(CLI::App& app, std::string& strengths);
// Spells the strengths out where --sweep stands alone, so that it never swallows the next word.
Args with_sweep_strengths(Args args);
// Usage Error: --sweep together with what says one strength or a curve.
void check_sweep(const std::string& sweep, const Performance& performance, const CLI::App& app);

// Without a sweep one cell per emotion (none: neutral). With one, rows of emotions (none: all) by
// columns of strengths above zero, and at the end neutral once, if 0 is among them.
std::vector<SweepCell> sweep_cells(const std::string& sweep,
                                   const std::vector<std::string>& emotions,
                                   const Performance& performance, const Conditions& conditions);
// Columns of that table, strengths above zero; 0 without a sweep.
int sweep_columns(const std::string& sweep, const Conditions& conditions);

}  // namespace flowtalk::apps
