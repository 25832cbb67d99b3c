// From a stage to files: an mp4 with sound, or numbered pictures.
#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <optional>

#include "apps/stage.h"
#include "flowtalk/audio/audio.h"

namespace flowtalk::apps {

struct FilmOptions {
  std::string preset = "veryfast";
  int crf = 18;
  bool quiet = false;
};

// --size, --columns, --look, --face, --crf: what every command that shows faces offers.
void add_film_options(CLI::App& app, StageOptions& stage, FilmOptions& film);

// Error: an unwritable path, and whatever the encoders refuse.
void save_film(Stage& stage, const std::filesystem::path& path,
               const std::optional<audio::Audio>& voice, const FilmOptions& options);

// FOLDER/00000.png, 00001.png, ...; the folder appears when all are written.
void save_frames(Stage& stage, const std::filesystem::path& folder, bool quiet);

}  // namespace flowtalk::apps
