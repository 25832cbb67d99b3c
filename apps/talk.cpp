// flowtalk talk: the main job in one step, a voice in and a film out.
#include <fmt/core.h>

#include <filesystem>

#include "apps/command_line.h"
#include "apps/commands.h"
#include "apps/film.h"
#include "apps/outputs.h"
#include "apps/performance.h"
#include "apps/sweep.h"
#include "apps/voices.h"
#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/face/blinks.h"

namespace flowtalk::apps {
namespace fs = std::filesystem;
namespace {

constexpr double kPauseSeconds = 0.35;  // between several voices
constexpr int kSheetMoments = 6;
constexpr int kSweepFace = 256;  // pixels of a face in a table

constexpr const char* kExamples =
    "Examples:\n"
    "  flowtalk talk voice.wav -o face.mp4\n"
    "  flowtalk talk voice.wav -o face.mp4 --emotion angry --intensity high\n"
    "  flowtalk talk voice.wav -o faces.mp4 --emotion neutral --emotion happy --emotion sad\n"
    "  flowtalk talk hello.wav goodbye.wav -o faces.mp4 --emotion all\n"
    "  flowtalk talk voice.wav -o face.mp4 --curve curve.json\n"
    "  flowtalk talk voice.wav -o table.mp4 --sweep --emotion happy --emotion sad\n";

struct TalkCommand {
  std::vector<std::string> voices, emotions;
  std::string output, sheet, sweep;
  Performance performance;
  StageOptions stage;
  FilmOptions film;
};

void declare(CLI::App& app, TalkCommand& c) {
  app.add_option("VOICE,--wav-path", c.voices,
                 "sound files; several are joined with short pauses into one film");
  app.add_option("-o,--output,--save-path", c.output,
                 "the film (default: VOICE.mp4 in this folder, if there is none yet)");
  app.add_option("--emotion", c.emotions,
                 "a name, 0-7, a mix such as happy:0.6,surprised:0.4, or all; several times for "
                 "faces side by side (default neutral)")
      ->allow_extra_args(false);
  app.add_option(
      "--contact-sheet", c.sheet,
      "also a picture (.png): every face at six moments, or the table of --sweep at one");
  c.performance.add_to(app);
  c.performance.curve.add_to(app);
  add_sweep_to(app, c.sweep);
  add_film_options(app, c.stage, c.film);
  app.footer(kExamples);
}

std::vector<Role> play(const TalkCommand& c, const predict::Session& session,
                       const std::optional<condition::Timeline>& curve,
                       std::vector<SweepCell>& cells, const audio::Audio& voice) {
  const auto speech = session.encode(voice);
  const auto regions = c.performance.regions(session);
  std::vector<Role> roles;
  for (SweepCell& cell : cells) {
    cell.options.regions = regions;
    const bool first = roles.empty();
    if (curve) c.performance.curve.follow(*curve, speech, c.film.quiet || !first, cell.options);
    const std::string caption = cells.size() > 1 ? cell.caption() : "";
    roles.push_back({caption, session.predict(speech, cell.options)});
  }
  return roles;
}

// The frame in which the first face's jaw is widest open, but not within a blink: it shows speech.
int64_t telling_frame(const motion::Motion& motion) {
  const bool has_lids = motion.axes == motion::Axes::kBuiltin;
  const auto blinks = has_lids ? face::find_blinks(motion) : std::vector<face::Lids>();
  int64_t best = -1;
  const auto jaw = [&](int64_t t) { return motion.jaw.at(t)[0]; };
  for (int64_t t = 0; t < motion.frames(); ++t) {
    const bool shut = has_lids && blinks[static_cast<size_t>(t)].left > 0;
    if (!shut && (best < 0 || jaw(t) > jaw(best))) best = t;
  }
  return std::max<int64_t>(best, 0);
}

}  // namespace

int talk(const Args& args) {
  TalkCommand c;
  CLI::App app("Makes a film of a face that speaks with the given voice.", "flowtalk talk");
  declare(app, c);
  if (!parse(app, with_sweep_strengths(args))) return 0;
  c.performance.templates = c.stage.face.templates;
  if (!c.stage.face.templates.empty()) c.stage.face.subject = c.performance.subject;
  if (c.voices.empty()) fail_usage("which voice? for example: flowtalk talk voice.wav -o face.mp4");
  if (!c.output.empty()) check_ending(c.output, ".mp4", "-o");
  if (!c.sheet.empty()) check_ending(c.sheet, ".png", "--contact-sheet");
  c.performance.face = c.stage.face.face;
  c.performance.check_chance(app);
  const auto curve = c.performance.curve.load(app);
  check_sweep(c.sweep, c.performance, app);
  auto cells = sweep_cells(c.sweep, c.emotions, c.performance);
  if (!c.sweep.empty() && app.count("--columns") == 0) c.stage.columns = sweep_columns(c.sweep);
  if (!c.sweep.empty() && app.count("--size") == 0) c.stage.size = kSweepFace;
  c.stage.threads = c.performance.model.threads;

  const auto voices = find_voices(c.voices);
  const fs::path output =
      c.output.empty() ? fs::path(voices[0].stem().string() + ".mp4") : fs::path(c.output);
  check_writable(output);
  refuse_to_replace(output, voices);
  if (c.output.empty() && fs::exists(output)) {
    fail_usage("{}: is there already; name it with -o to have it replaced", output.string());
  }
  if (!c.sheet.empty()) {
    check_writable(c.sheet);
    refuse_to_replace(c.sheet, voices);
  }
  const audio::Audio voice = join_voices(voices, kPauseSeconds);
  const predict::Session session = c.performance.model.load();
  c.performance.check_family(session.model());
  auto roles = play(c, session, curve, cells, voice);
  const int64_t telling = telling_frame(roles.front().motion);
  Stage stage(std::move(roles), c.stage);
  if (!c.film.quiet) warn_of_other_axes(session.config().axes, stage.face());
  save_film(stage, output, voice, c.film);
  if (!c.sheet.empty()) {
    render::save_png(c.sheet,
                     c.sweep.empty() ? stage.contact_sheet(kSheetMoments) : stage.draw(telling));
  }
  if (!c.film.quiet) {
    fmt::print("{}: {:.1f} s, {} x {}\n", output.string(), voice.duration_s(), stage.width(),
               stage.height());
  }
  return 0;
}

}  // namespace flowtalk::apps
