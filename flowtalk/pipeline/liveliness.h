// How alive are faces, beside recorded people?
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "flowtalk/base/reporter.h"
#include "flowtalk/evaluate/liveliness.h"
#include "flowtalk/pipeline/motion_choice.h"

namespace flowtalk::pipeline {

struct LivelinessOptions {
  std::vector<std::string> motion;
  std::string recordings, json, face = "builtin";
  MotionOptions reading;
  Given given{};

  template <class V>
  void fields(V&& field) {
    field("motion", motion,
          "motion files; .npz hold heads and eyes, rows in .npy only lids and gaze");
    field(
        "recordings", recordings,
        "a folder of recorded people beside them: takes of Live Link Face (.csv, .csv.gz), points "
        "on a face (.npz with landmarks and index)");
    field("face", face, "whose expression axes, where files do not tell (default builtin)");
    field("reading", reading, "how motion files are read");
    field("json", json, "also write the figures, of each file too, to this file");
  }
};

struct LivelinessReport {
  std::vector<evaluate::LivingFace> people, made;
};

// Usage Error: neither motion nor recordings. Errors name the file.
LivelinessReport measure_liveliness(const LivelinessOptions& options, const Reporter& reporter);
// For people: a line per figure, person beside model, medians over files and how far they spread.
std::string text_of(const LivelinessReport& report);

}  // namespace flowtalk::pipeline
