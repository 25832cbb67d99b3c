// A model predicts a split of a data set and is measured against what was recorded.
#pragma once

#include <optional>
#include <string>

#include "flowtalk/base/reporter.h"
#include "flowtalk/evaluate/report.h"
#include "flowtalk/face/face.h"
#include "flowtalk/pipeline/dataset_choice.h"
#include "flowtalk/pipeline/observation.h"
#include "flowtalk/pipeline/performance.h"

namespace flowtalk::pipeline {

struct ModelEvaluation {
  DatasetOptions data{.dataset = "datasets/mead"};
  std::string test_subjects, id, save_path, part;
  int num_samples = 1;
  std::optional<int> max_epoch;
  SamplingOptions sampling;
  ObservationOptions observation;

  template <class V>
  void fields(V&& field) {
    field("data", data, "which clips");
    field("num_samples", num_samples, between(1, 1000),
          "predictions per clip; default 1, MEE, CE and diversity are meant for 10");
    field("test_subjects", test_subjects, "ids, separated by spaces or commas (default all)");
    field("id", id, "predict every clip in this style, or average (default: the clip's own)");
    field("save_path", save_path, "the run whose checkpoint is measured");
    field("max_epoch", max_epoch, between(1, 1000000),
          "which epoch of the run; default the best, else the last");
    field("part", part,
          "K/N: of N parts of the clips the K-th, kept in the output folder until they are "
          "merged; in a Slurm array by itself that of the task");
    field("observation", observation, "what is seen of each clip");
    field("sampling", sampling, "how varied, by which model");
  }

  // Usage Error if an option of this form was given to the other one.
  void refuse_with_files(const Given& given) const;
  // Title, facts and measured sequences. Errors: no clip, an unreadable file or model, a wrong
  // option.
  evaluate::Report run(const face::Face& face, const evaluate::MeasureSetup& setup, int64_t max_cut,
                       const Reporter& reporter) const;
};

}  // namespace flowtalk::pipeline
