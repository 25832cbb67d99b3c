// The field's metrics: predicted files against recorded ones, or a model on a data set.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "flowtalk/base/reporter.h"
#include "flowtalk/evaluate/report.h"
#include "flowtalk/pipeline/model_evaluation.h"
#include "flowtalk/pipeline/motion_choice.h"

namespace flowtalk::pipeline {

struct MetricsOptions {
  std::string ground_truth, predictions, face = "builtin", template_file, json, card, output;
  std::vector<std::string> regions;
  bool merge = false;
  std::optional<int> max_cut;
  std::optional<FrameRate> ground_truth_fps;
  MotionOptions reading;
  ModelEvaluation model;
  Given given{};
  std::string command;  // how it was called, for the report

  template <class V>
  void fields(V&& field) {
    field("ground_truth", ground_truth, "folder of recorded sequences");
    field("predictions", predictions, "folder of predicted ones");
    field("regions", regions,
          "folders with lve.txt, fdd.txt, eve.txt, or FLAME_masks.pkl; default: beside the ground "
          "truth, else those of "
          "the built-in head");
    field("template", template_file,
          "the mesh at rest, for FDD (.npy, .safetensors); default: template.npy beside the "
          "regions or the ground truth, else that of the face");
    field("face", face, "whose vertices parameters stand for: builtin, or a FLAME file");
    field("max_cut", max_cut, between(0, 1000000),
          "how many frames lengths may differ by, the longer is cut; default 1 for files, 25 for "
          "a data set");
    field("ground_truth_fps", ground_truth_fps, between(1.0, 1000.0),
          "frames per second of recorded files that do not say it (default: that of the predicted "
          "ones)");
    field("reading", reading, "how files of motion are read");
    field("model", model, "a model on a data set");
    field("merge", merge, "join the measured parts in the output folder");
    field("json", json, "write all figures to this file");
    field("card", card, "write a page with figures and plots to this file");
    field("output", output, "write metrics.json and card.html to this folder");
  }
};

struct Measured {
  evaluate::Report report;  // of a part without its figures
  bool of_part = false;
  std::vector<std::string> written;  // files
};
Measured measure(const MetricsOptions& options, const Reporter& reporter);

}  // namespace flowtalk::pipeline
