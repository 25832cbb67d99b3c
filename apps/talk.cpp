// flowtalk talk: the main job in one step, a voice in and a film out.
#include <fmt/core.h>

#include <filesystem>

#include "apps/command_line.h"
#include "apps/commands.h"
#include "apps/film.h"
#include "apps/performance.h"
#include "apps/voices.h"
#include "flowtalk/base/conditions.h"
#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"

namespace flowtalk::apps {
namespace fs = std::filesystem;
namespace {

constexpr double kPauseSeconds = 0.35;  // between several voices
constexpr int kSheetMoments = 6;

constexpr const char* kExamples =
    "Examples:\n"
    "  flowtalk talk voice.wav -o face.mp4\n"
    "  flowtalk talk voice.wav -o face.mp4 --emotion angry --intensity high\n"
    "  flowtalk talk voice.wav -o faces.mp4 --emotion neutral --emotion happy --emotion sad\n"
    "  flowtalk talk hello.wav goodbye.wav -o faces.mp4 --emotion all\n";

struct TalkCommand {
  std::vector<std::string> voices, emotions;
  std::string output, sheet;
  Performance performance;
  StageOptions stage;
  FilmOptions film;
};

void declare(CLI::App& app, TalkCommand& c) {
  app.add_option("VOICE,--wav-path", c.voices,
                 "sound files; several are joined with short pauses into one film");
  app.add_option("-o,--output,--save-path", c.output,
                 "the film (default: VOICE.mp4 in this folder)");
  app.add_option("--emotion", c.emotions,
                 "a name, 0-7, a mix such as happy:0.6,surprised:0.4, or all; several times for "
                 "faces side by side (default neutral)")
      ->allow_extra_args(false);
  app.add_option("--contact-sheet", c.sheet, "also a picture (.png) of every face at six moments");
  c.performance.add_to(app);
  add_film_options(app, c.stage, c.film);
  app.footer(kExamples);
}

std::vector<Mood> moods_of(const std::vector<std::string>& emotions) {
  std::vector<Mood> moods;
  for (const std::string& text : emotions) {
    if (text == "all") {
      for (const auto name : kEmotions) moods.push_back(parse_mood(std::string(name)));
    } else {
      moods.push_back(parse_mood(text));
    }
  }
  if (moods.empty()) moods.push_back(parse_mood("neutral"));
  return moods;
}

std::string caption_of(const Mood& mood, const Performance& performance) {
  return mood.neutral() ? mood.label : mood.label + ", " + performance.level_label();
}

std::vector<Role> play(const TalkCommand& c, const predict::Predictor& predictor,
                       const std::vector<Mood>& moods,
                       const std::vector<predict::PredictOptions>& options,
                       const audio::Audio& voice) {
  const auto speech = predictor.encode(voice);
  std::vector<Role> roles;
  for (size_t i = 0; i < moods.size(); ++i) {
    const std::string caption = moods.size() > 1 ? caption_of(moods[i], c.performance) : "";
    roles.push_back({caption, predictor.predict(speech, options[i])});
  }
  return roles;
}

}  // namespace

int talk(const Args& args) {
  TalkCommand c;
  CLI::App app("Makes a film of a face that speaks with the given voice.", "flowtalk talk");
  declare(app, c);
  if (!parse(app, args)) return 0;
  c.performance.templates = c.stage.face.templates;
  if (!c.stage.face.templates.empty()) c.stage.face.subject = c.performance.subject;
  if (c.voices.empty()) fail_usage("which voice? for example: flowtalk talk voice.wav -o face.mp4");
  const auto moods = moods_of(c.emotions);
  std::vector<predict::PredictOptions> options;
  for (const Mood& mood : moods) options.push_back(c.performance.options(mood));
  c.stage.threads = c.performance.threads;

  const auto voices = find_voices(c.voices);
  const fs::path output =
      c.output.empty() ? fs::path(voices[0].stem().string() + ".mp4") : fs::path(c.output);
  check_writable(output);
  if (!c.sheet.empty()) check_writable(c.sheet);
  const audio::Audio voice = join_voices(voices, kPauseSeconds);
  const predict::Predictor predictor = c.performance.load();
  Stage stage(play(c, predictor, moods, options, voice), c.stage);
  if (!c.film.quiet) warn_of_other_axes(predictor.config().face, stage.face());
  save_film(stage, output, voice, c.film);
  if (!c.sheet.empty()) render::save_png(c.sheet, stage.contact_sheet(kSheetMoments));
  if (!c.film.quiet) {
    fmt::print("{}: {:.1f} s, {} x {}\n", output.string(), voice.duration_s(), stage.width(),
               stage.height());
  }
  return 0;
}

}  // namespace flowtalk::apps
