// Motion files in, pictures or a film out.
#pragma once

#include <string>
#include <vector>

#include "flowtalk/base/reporter.h"
#include "flowtalk/pipeline/film.h"
#include "flowtalk/pipeline/motion_choice.h"
#include "flowtalk/pipeline/stage.h"

namespace flowtalk::pipeline {

struct RenderOptions {
  std::vector<std::string> motions, caption;
  std::string output, frames, voice, subject;
  MotionOptions reading;
  StageOptions stage;
  FilmOptions film;

  template <class V>
  void fields(V&& field) {
    field(
        "motions", motions,
        "motion files (.npy, .npz, .safetensors, .pt, .pkl), shown side by side; of parameters, or "
        "of vertices (T, V, 3), for which the face is a FLAME file or a mesh (.ply or .obj) of as "
        "many");
    field("output", output, "the film, .mp4, .mov or .webm");
    field("frames", frames, "a new folder for numbered png pictures, instead of a film");
    field("voice", voice, "the sound of the film");
    field("caption", caption, "a line under a face; once per motion file");
    field("subject", subject, "whose face, by its name in the templates");
    field("reading", reading, "how motion files are read");
    field("stage", stage, "how it is shown");
    field("film", film, "how it is written");
  }
};

struct Rendered {
  std::string path;  // of the film or the folder
  int64_t frames = 0;
  int width = 0, height = 0;
};
Rendered render(RenderOptions options, const Reporter& reporter);

}  // namespace flowtalk::pipeline
