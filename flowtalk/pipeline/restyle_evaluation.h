// Performances of a data set in every other emotion: is it seen, and do the lips stay?
#pragma once

#include <string>

#include "flowtalk/base/reporter.h"
#include "flowtalk/pipeline/dataset_choice.h"
#include "flowtalk/pipeline/model_choice.h"
#include "flowtalk/pipeline/mood.h"

namespace flowtalk::pipeline {

struct RestyleEvaluationOptions {
  DatasetOptions data;
  ModelOptions model;
  StrengthOptions strength{.prefix = "", .highest = true};
  std::string classifier, json, id;
  double keep = 1;
  int every = 1;
  Given given{};

  template <class V>
  void fields(V&& field) {
    field("data", data, "which clips");
    field("every", every, between(1, 1000000), "only every Nth clip of the split; default 1");
    field("strength", strength, "how strong");
    field("id", id, "also give this speaking style (default: the clip's own)");
    field("keep", keep, between(0.0, 1.0), "how much of the take itself is kept; default 1");
    field("classifier", classifier, "emotion classifier that judges (default: the one that ships)");
    field("model", model, "which model");
    field("json", json, "also write the figures to this file");
  }
};

struct RestyleEvaluated {
  Json figures;
  std::string text;  // a table for people
};
RestyleEvaluated evaluate_restyle(const RestyleEvaluationOptions& options,
                                  const Reporter& reporter);

}  // namespace flowtalk::pipeline
