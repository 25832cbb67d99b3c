// A model predicts a split of a data set and is measured against what was recorded.
#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <string>

#include "apps/dataset_choice.h"
#include "apps/observation.h"
#include "apps/performance.h"
#include "flowtalk/evaluate/report.h"
#include "flowtalk/face/face.h"

namespace flowtalk::apps {

struct ModelEvaluation {
  DatasetChoice data{.dataset = "datasets/mead"};
  std::string subjects, style, run_folder;
  int samples = 1;
  int max_epoch = 0, skip_steps = -1;  // not given
  Performance performance;
  ObservationOptions observation;

  void add_to(CLI::App& app);
  // Usage Error if an option of this form was given to the other one.
  void refuse_with_files(const CLI::App& app) const;
  // Title, facts and measured sequences. Errors: no clip, an unreadable file or model, a wrong
  // option.
  evaluate::Report run(const face::Face& face, const evaluate::MeasureSetup& setup, int64_t max_cut,
                       bool quiet) const;
};

}  // namespace flowtalk::apps
