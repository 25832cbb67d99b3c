#include "apps/film.h"

#include <fmt/format.h>

#include <string>

#include "flowtalk/base/files.h"
#include "flowtalk/base/progress.h"
#include "flowtalk/video/writer.h"

namespace flowtalk::apps {
namespace fs = std::filesystem;

void add_film_options(CLI::App& app, StageOptions& stage, FilmOptions& film) {
  app.add_option("--size", stage.size, "pixels of one face, each way (default 512)")
      ->check(CLI::Range(64, 4096));
  app.add_option("--columns", stage.columns,
                 "faces in a row (default: what makes a landscape picture)")
      ->check(CLI::Range(1, 64));
  app.add_option_function<std::string>(
         "--look",
         [&stage](const std::string& name) {
           stage.look = name == "grey" ? render::Look::kGrey : render::Look::kNatural;
         },
         "natural, or grey: matte clay on a white ground, for figures (default natural)")
      ->check(CLI::IsMember({"natural", "grey"}));
  app.add_option("--title", stage.title, "a line of text on top");
  stage.face.add_to(app);
  app.add_option("--crf", film.crf, "x264 quality, 0 best .. 51 smallest (default 18)")
      ->check(CLI::Range(0, 51));
  app.add_flag("-q,--quiet", film.quiet, "print nothing");
}

void save_film(Stage& stage, const fs::path& path, const std::optional<audio::Audio>& voice,
               const FilmOptions& options) {
  video::VideoOptions how;
  how.width = stage.width();
  how.height = stage.height();
  how.crf = options.crf;
  how.preset = options.preset;
  video::VideoWriter writer(path, how, voice);
  Progress progress("render", stage.frames(), "frames", options.quiet);
  for (int64_t t = 0; t < stage.frames(); ++t) {
    writer.add(stage.draw(t));
    progress.advance();
  }
  writer.finish();
}

void save_frames(Stage& stage, const fs::path& folder, bool quiet) {
  PartialOutput output(folder);
  fs::create_directory(output.path());
  Progress progress("render", stage.frames(), "frames", quiet);
  for (int64_t t = 0; t < stage.frames(); ++t) {
    render::save_png(output.path() / fmt::format("{:05}.png", t), stage.draw(t));
    progress.advance();
  }
  output.commit();
}

}  // namespace flowtalk::apps
