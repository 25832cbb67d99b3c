// The main job in one step: a voice in and a film out.
#pragma once

#include <string>
#include <vector>

#include "flowtalk/base/reporter.h"
#include "flowtalk/pipeline/curve.h"
#include "flowtalk/pipeline/film.h"
#include "flowtalk/pipeline/performance.h"
#include "flowtalk/pipeline/stage.h"
#include "flowtalk/pipeline/sweep.h"

namespace flowtalk::pipeline {

inline constexpr double kUsualSettle = 0.16;  // seconds

struct TalkOptions {
  std::vector<std::string> voices, emotion;
  std::string output, contact_sheet;
  PerformanceOptions performance;
  CurveOptions curve;
  SweepOptions sweep;
  StageOptions stage;
  FilmOptions film{.settle = kUsualSettle};
  bool quiet = false;
  Given given{};

  template <class V>
  void fields(V&& field) {
    field("voices", voices, "sound files; several are joined with short pauses into one film");
    field(
        "output", output,
        "the film, .mp4, .mov or .webm (default: VOICE.mp4 in this folder, if there is none yet)");
    field("emotion", emotion,
          (emotion_help() + ", or all; several times for faces side by side (default neutral)")
              .c_str());
    field("contact_sheet", contact_sheet,
          "also a picture (.png): every face at six moments, or the table of a sweep at one");
    field("performance", performance, "how it is spoken");
    field("curve", curve, "over time");
    field("sweep", sweep, "a table");
    field("stage", stage, "how it is shown");
    field("film", film, "how it is written");
    field("quiet", quiet, "print nothing");
  }
};

// A film that was made.
struct Film {
  std::string path;
  double duration_s = 0;
  int width = 0, height = 0;
};
Film talk(TalkOptions options, const Reporter& reporter);

}  // namespace flowtalk::pipeline
