// From a stage to files: an mp4 with sound, or numbered pictures.
#pragma once

#include <filesystem>
#include <optional>

#include "flowtalk/audio/audio.h"
#include "flowtalk/base/fields.h"
#include "flowtalk/base/reporter.h"
#include "flowtalk/pipeline/stage.h"

namespace flowtalk::pipeline {

struct FilmOptions {
  std::string preset = "veryfast";
  int crf = 18;

  template <class V>
  void fields(V&& field) {
    field("crf", crf, between(0, 51), "x264 quality, 0 best .. 51 smallest; default 18");
  }
};

// Error: an unwritable path, and whatever the encoders refuse.
void save_film(Stage& stage, const std::filesystem::path& path,
               const std::optional<audio::Audio>& voice, const FilmOptions& options,
               const Reporter& reporter);

// FOLDER/00000.png, 00001.png, ...; the folder appears when all are written.
void save_frames(Stage& stage, const std::filesystem::path& folder, const Reporter& reporter);

}  // namespace flowtalk::pipeline
