// Faces in ARKit's shapes, from other programs, as motion of the built-in head.
#pragma once

#include <optional>
#include <string>

#include "flowtalk/arkit/gains.h"
#include "flowtalk/base/fields.h"
#include "flowtalk/base/frame_rate.h"
#include "flowtalk/base/reporter.h"

namespace flowtalk::pipeline {

struct ImportArkitOptions {
  std::string scores, output;
  std::optional<FrameRate> motion_fps, fps;
  arkit::Gain gain = arkit::Gain::kNone;

  template <class V>
  void fields(V&& field) {
    field("scores", scores,
          "a take of Live Link Face (.csv), JSON of BEAT, LAM, Audio2Face or MediaPipe, a table of "
          "scores (.csv)");
    field("output", output, "the motion to write: .npz, .safetensors or .npy");
    field("motion_fps", motion_fps, between(1.0, 1000.0),
          "frames per second of the file (default: what it says, else 30)");
    field("fps", fps, between(1.0, 240.0),
          "frames per second of what is written (default: those of the file)");
    field("gain", gain, "arkit: undoes that of an export (default none: values as they are)");
  }
};

struct ImportedScores {
  std::string kind;  // of the file
  int64_t frames = 0, shapes = 0;
  double rate_hz = 0;
};
// Warns of names that are none of ARKit's and left out, of a jaw or lids that are missing, and of
// values far from 0..1. Errors: what the file has wrong, none of ARKit's names.
ImportedScores import_arkit(const ImportArkitOptions& options, const Reporter& reporter);

}  // namespace flowtalk::pipeline
