#include "flowtalk/pipeline/film.h"

#include <fmt/format.h>

#include <string>

#include "flowtalk/base/files.h"
#include "flowtalk/video/writer.h"

namespace flowtalk::pipeline {
namespace fs = std::filesystem;

void save_film(Stage& stage, const fs::path& path, const std::optional<audio::Audio>& voice,
               const FilmOptions& options, const Reporter& reporter) {
  video::VideoOptions how;
  how.width = stage.width();
  how.height = stage.height();
  how.crf = options.crf;
  how.preset = options.preset;
  video::VideoWriter writer(path, how, voice);
  const Advance advance = reporter.begin("render", stage.frames(), "frames");
  for (int64_t t = 0; t < stage.frames(); ++t) {
    writer.add(stage.draw(t));
    advance(1, "");
  }
  writer.finish();
}

void save_frames(Stage& stage, const fs::path& folder, const Reporter& reporter) {
  PartialOutput output(folder);
  fs::create_directory(output.path());
  const Advance advance = reporter.begin("render", stage.frames(), "frames");
  for (int64_t t = 0; t < stage.frames(); ++t) {
    render::save_png(output.path() / fmt::format("{:05}.png", t), stage.draw(t));
    advance(1, "");
  }
  output.commit();
}

}  // namespace flowtalk::pipeline
