// The two forms of `flowtalk score`.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "apps/dataset_choice.h"
#include "apps/judged.h"
#include "apps/model_choice.h"

namespace flowtalk::apps {

// Takes of one voice: their likelihood, what they most likely show, the best first.
struct ScoredTakes {
  std::string voice;
  std::vector<std::string> motions;
  ConditionOptions given;

  void run(const ModelChoice& model, const std::string& json, bool quiet) const;
};

// A split of a data set: how often its labels are recognised, and which clips are implausible.
struct ScoredDataset {
  DatasetChoice data;
  std::string style;
  bool flag = false, calibrate = false;

  void add_to(CLI::App& app);
  void run(const ModelChoice& model, const std::string& json, bool quiet) const;
};

}  // namespace flowtalk::apps
