// From a stage to files: a film with sound, or numbered pictures.
#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>

#include "flowtalk/audio/audio.h"
#include "flowtalk/base/fields.h"
#include "flowtalk/base/reporter.h"
#include "flowtalk/pipeline/stage.h"
#include "flowtalk/video/soundtrack.h"

namespace flowtalk::pipeline {

struct FilmOptions {
  std::string preset = "veryfast";
  int crf = 18;
  double settle = 0;  // seconds in which a mouth opens at the beginning and is shut at the end

  template <class V>
  void fields(V&& field) {
    field("crf", crf, between(0, 51), "x264 quality, 0 best .. 51 smallest; default 18");
    field(
        "settle", settle, between(0.0, 1.0),
        fmt::format("seconds in which the mouth opens at the beginning and is shut at the end, so "
                    "that a cut recording does not begin or end with it open; default {:g}",
                    settle)
            .c_str());
  }
};

// The sound of voices as they were recorded, `pause_s` seconds of silence between them. Where they
// cannot be read so (a rate that changes on the way), a warning, and the sound that was heard.
video::Soundtrack sound_of(std::span<const std::filesystem::path> voices, double pause_s,
                           const audio::Audio& heard, const Reporter& reporter);

// What is not drawn as files or words have it.
void warn_of_drawing(const Stage& stage, const Reporter& reporter);

// Error: an unwritable path, and whatever the encoders refuse.
void save_film(Stage& stage, const std::filesystem::path& path,
               const std::optional<video::Soundtrack>& sound, const FilmOptions& options,
               const Reporter& reporter);

// FOLDER/00000.png, 00001.png, ...; the folder appears when all are written. The bytes do not
// depend on the number of threads.
void save_frames(Stage& stage, const std::filesystem::path& folder, const Reporter& reporter);

}  // namespace flowtalk::pipeline
