// Voices in, motion files out.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "flowtalk/base/frame_rate.h"
#include "flowtalk/base/reporter.h"
#include "flowtalk/pipeline/curve.h"
#include "flowtalk/pipeline/performance.h"
#include "flowtalk/pipeline/sweep.h"

namespace flowtalk::pipeline {

struct PredictOptions {
  std::vector<std::string> voices, emotion;
  PerformanceOptions performance;
  CurveOptions curve;
  SweepOptions sweep;
  std::string face = "builtin", templates, output;
  int num_samples = 1;
  int width = 403;
  FrameRate fps;
  Given given{};

  template <class V>
  void fields(V&& field) {
    field("voices", voices, "sound files, folders or globs");
    field("emotion", emotion,
          (emotion_help() + ", or all; several times for a file each (default neutral)").c_str());
    field("performance", performance, "how it is spoken");
    field("curve", curve, "over time");
    field("sweep", sweep, "a table");
    field("face", face,
          "of files for other programs: an avatar (.glb, .vrm) for .glb; where the model moves a "
          "FLAME "
          "face, its file, also for a temperature per region");
    field("num_samples", num_samples, between(1, 1000), "how many different answers per voice");
    field("width", width, "values per frame of .npy: 403 (3DMEAD), 353 or 53");
    field("fps", fps, between(1.0, 240.0), "frames per second of what is written (default 25)");
    field("templates", templates,
          "templates_mead_param.pkl: the subject's shape is written beside the motion");
    field(
        "output", output,
        "file (.npz, .safetensors, or .npy, which holds rows without the motion of head and neck; "
        "or for other programs .csv, .json, .glb, .usda, .vrma as `flowtalk export` has them) or "
        "folder; "
        "without "
        "it VOICE_EMOTION_LEVEL.npy in this folder");
  }
};

struct PredictedFile {
  std::filesystem::path path;
  int64_t frames = 0;
};

// In the order of voices, emotions and samples. Of several voices one that cannot be read is warned
// of and left out; an Error at the end then counts them.
std::vector<PredictedFile> predict(PredictOptions options, const Reporter& reporter);

}  // namespace flowtalk::pipeline
