// How likely recorded performances are, and what they show.
#pragma once

#include <string>
#include <vector>

#include "flowtalk/base/reporter.h"
#include "flowtalk/pipeline/dataset_choice.h"
#include "flowtalk/pipeline/judged.h"
#include "flowtalk/pipeline/model_choice.h"

namespace flowtalk::pipeline {

struct ScoreOptions {
  std::string voice, json;
  std::vector<std::string> motion;
  ConditionOptions condition{.prefix = "",
                             .role = "the condition to judge under (default: the most likely)"};
  MotionOptions reading;
  DatasetOptions data;
  bool flag = false, calibrate = false;
  ModelOptions model;
  Given given{};

  template <class V>
  void fields(V&& field) {
    field("voice", voice, "the sound file that goes with the motion");
    field("motion", motion, "motion files (.npy, .npz) of this voice; several are ranked");
    field("reading", reading, "how motion files are read");
    field("condition", condition, "under what");
    field("data", data, "all clips of a split are scored");
    field("flag", flag, "list the clips whose likelihood is not that of their neighbours");
    field("calibrate", calibrate,
          "fit the exponent of the probabilities on this split and keep it in the checkpoint");
    field("model", model, "which model");
    field("json", json, "also write all figures to this file");
  }
};

struct Scored {
  Json figures;
  std::string text;  // tables for people
};
// Takes of one voice: their likelihood, what they most likely show, the best first. Or a split of a
// data set: how often its labels are recognised, and which clips are implausible.
Scored score(const ScoreOptions& options, const Reporter& reporter);

// The two forms, once the options are checked.
Scored score_takes(const ScoreOptions& options, const Reporter& reporter);
Scored score_dataset(const ScoreOptions& options, const Reporter& reporter);

}  // namespace flowtalk::pipeline
