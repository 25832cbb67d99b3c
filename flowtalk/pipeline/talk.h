// The main job in one step: a voice in and a film out, or voices in and a film of each.
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
  Given given{};

  template <class V>
  void fields(V&& field) {
    field("voices", voices, "sound files, folders or globs");
    field(
        "output", output,
        "the film, .mp4, .mov or .webm, in which several voices are joined with short pauses; a "
        "folder (films/) for a film of each; or a file for other programs, .csv, .json, .glb, "
        ".usda or .vrma, with the voice beside it (default: VOICE.mp4 in this folder, if there is "
        "none yet)");
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
  }
};

// A film that was made, or a file for other programs.
struct Film {
  std::string path;
  double duration_s = 0;
  int width = 0, height = 0;  // of a film
  std::string sound{};        // beside a file for other programs
};
// One, or where the output is a folder one of each voice, named after it. Of several voices one
// that cannot be used is warned of and left out; an Error at the end then counts them.
std::vector<Film> talk(TalkOptions options, const Reporter& reporter);

}  // namespace flowtalk::pipeline
