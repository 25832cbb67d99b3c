// A recorded performance with another emotion, strength or speaking style.
#pragma once

#include <string>

#include "flowtalk/base/reporter.h"
#include "flowtalk/pipeline/curve.h"
#include "flowtalk/pipeline/film.h"
#include "flowtalk/pipeline/judged.h"
#include "flowtalk/pipeline/model_choice.h"
#include "flowtalk/pipeline/stage.h"

namespace flowtalk::pipeline {

struct RestyleOptions {
  std::string voice, motion, output, subject;
  ConditionOptions from{.prefix = "from_", .role = "what was recorded (default: the most likely)"};
  ConditionOptions to{.prefix = "", .role = "the new condition (default: as it was)"};
  CurveOptions curve;
  MotionOptions reading;
  double keep = 1;
  int width = 403;
  ModelOptions model;
  StageOptions stage;
  FilmOptions film;
  Given given{};

  template <class V>
  void fields(V&& field) {
    field("voice", voice, "the sound file that goes with the motion");
    field("motion", motion, "the recorded performance (.npy, .npz)");
    field("reading", reading, "how motion files are read");
    field("to", to, "the new condition");
    field("curve", curve, "over time");
    field("subject", subject, "of a film: whose face, by its name in the templates");
    field("from", from, "what was recorded");
    field("keep", keep, between(0.0, 1.0), "how much of the take itself is kept; default 1");
    field("width", width, "values per frame: 403 (3DMEAD), 353 or 53");
    field("output", output, "motion (.npy, .npz, .safetensors) or film (.mp4)");
    field("stage", stage, "how it is shown");
    field("film", film, "how it is written");
    field("model", model, "which model");
  }
};

struct Restyled {
  std::string path, from, to;  // what was recorded and what it became: "happy high of M003"
  int64_t frames = 0;
};
Restyled restyle(RestyleOptions options, const Reporter& reporter);

}  // namespace flowtalk::pipeline
