// flowtalk render: motion files in, pictures or a film out.
#include <fmt/core.h>

#include <filesystem>

#include "apps/command_line.h"
#include "apps/commands.h"
#include "apps/film.h"
#include "apps/outputs.h"
#include "apps/voices.h"
#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/motion/motion_file.h"

namespace flowtalk::apps {
namespace fs = std::filesystem;
namespace {

// A new folder, or one that holds nothing but pictures of an earlier call.
fs::path frames_folder(const std::string& folder) {
  return replaced_folder(folder, "--frames", [](const std::string& name) {
    return name.size() == 9 && name.ends_with(".png") && name.find_first_not_of("0123456789") == 5;
  });
}

constexpr const char* kExamples =
    "Examples:\n"
    "  flowtalk render happy.npy --voice voice.wav -o happy.mp4\n"
    "  flowtalk render happy.npy sad.npy --caption happy --caption sad -o both.mp4\n"
    "  flowtalk render happy.npy --frames pictures/\n";

struct RenderCommand {
  std::vector<std::string> motions, captions;
  std::string output, frames, voice;
  StageOptions stage;
  FilmOptions film;
};

void declare(CLI::App& app, RenderCommand& c) {
  app.add_option("MOTION", c.motions, "motion files (.npy), shown side by side");
  app.add_option("-o,--output,--save-path", c.output, "the film, .mp4");
  app.add_option("--frames", c.frames, "a new folder for numbered png pictures, instead of a film");
  app.add_option("--voice,--wav-path", c.voice, "the sound of the film");
  app.add_option("--caption", c.captions, "a line under a face; once per motion file")
      ->allow_extra_args(false);
  app.add_option("--subject", c.stage.face.subject, "whose face, by its name in --templates");
  add_film_options(app, c.stage, c.film);
  app.footer(kExamples);
}

void check(const RenderCommand& c) {
  if (c.motions.empty())
    fail_usage("which motion? for example: flowtalk render happy.npy -o a.mp4");
  if (c.output.empty() == c.frames.empty()) {
    fail_usage("where to? -o FILE.mp4 makes a film, --frames FOLDER makes pictures");
  }
  if (!c.output.empty()) {
    check_ending(c.output, ".mp4", "-o");
    check_writable(c.output);
    refuse_to_replace(c.output, {c.motions.begin(), c.motions.end()});
    refuse_to_replace(c.output, {c.voice});
  }
  check_subject(c.stage.face);
  if (!c.captions.empty() && c.captions.size() != c.motions.size()) {
    fail_usage("--caption: expected {}, one per motion file, got {}", c.motions.size(),
               c.captions.size());
  }
}

}  // namespace

int render(const Args& args) {
  RenderCommand c;
  CLI::App app("Renders motion files to a film or to pictures.", "flowtalk render");
  declare(app, c);
  if (!parse(app, args)) return 0;
  check(c);
  if (!c.frames.empty()) c.frames = frames_folder(c.frames).string();
  const motion::Axes axes = face::load_face(c.stage.face.face).axes;  // a file does not say its own
  std::vector<Role> roles;
  for (size_t i = 0; i < c.motions.size(); ++i) {
    roles.push_back(
        {c.captions.empty() ? "" : c.captions[i], motion::load_motion(c.motions[i], axes)});
  }
  std::optional<audio::Audio> voice;
  if (!c.voice.empty()) voice = load_voice(c.voice);
  for (size_t i = 0; voice && !c.film.quiet && i < roles.size(); ++i) {
    const auto mismatch = length_mismatch(c.motions[i], roles[i].motion.frames(), c.voice, *voice);
    if (!mismatch.empty()) warn(mismatch + "; do they belong together?");
  }
  const std::vector<Role> motions = roles;
  Stage stage(std::move(roles), c.stage);
  for (const Role& role : motions) {
    if (c.film.quiet) break;
    warn_of_lost_coefficients(role.motion, stage.face());
  }
  if (c.frames.empty()) {
    save_film(stage, c.output, voice, c.film);
  } else {
    save_frames(stage, c.frames, c.film.quiet);
  }
  if (!c.film.quiet) {
    fmt::print("{}: {} frames, {} x {}\n", c.frames.empty() ? c.output : c.frames, stage.frames(),
               stage.width(), stage.height());
  }
  return 0;
}

}  // namespace flowtalk::apps
