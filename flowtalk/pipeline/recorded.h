// A model's faces beside those of recorded people, on their own voices.
#pragma once

#include <string>
#include <vector>

#include "flowtalk/base/fields.h"
#include "flowtalk/base/reporter.h"
#include "flowtalk/evaluate/recorded_report.h"
#include "flowtalk/pipeline/model_choice.h"

namespace flowtalk::pipeline {

struct RecordedOptions {
  std::vector<std::string> recordings;
  std::string id = "average", face = "builtin", json, card;
  ModelOptions model;
  Given given{};
  std::string command;  // how it was called, for the report

  template <class V>
  void fields(V&& field) {
    field("recordings", recordings,
          "folders of recorded people with their sound, or of such folders (docs/recorded.md)");
    field("id", id, "speaking style, or average (default average)");
    field("face", face, "whose lips the model moves: builtin, or a FLAME file (default builtin)");
    field("model", model, "which model");
    field("json", json, "also write the figures, of each clip too, to this file");
    field("card", card, "write a page with figures and plots to this file");
  }
};

struct RecordedOutcome {
  evaluate::RecordedReport report;
  std::vector<std::string> written;  // files
  size_t left_out = 0;               // recordings that could not be used; each was warned of
};

// Faces are predicted in neutral, without chance; once more with chance and a performer, for lids
// and brows. Errors: nothing to measure; the only recording cannot be used, or none can.
RecordedOutcome measure_recorded(const RecordedOptions& options, const Reporter& reporter);

}  // namespace flowtalk::pipeline
