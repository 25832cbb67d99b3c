#include "flowtalk/pipeline/talk.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <utility>

#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/base/outputs.h"
#include "flowtalk/face/blinks.h"
#include "flowtalk/face/face.h"
#include "flowtalk/pipeline/settle.h"
#include "flowtalk/pipeline/talk_file.h"
#include "flowtalk/pipeline/voices.h"
#include "flowtalk/video/writer.h"

namespace flowtalk::pipeline {
namespace fs = std::filesystem;
namespace {

constexpr double kPauseSeconds = 0.35;  // between several voices
constexpr int kSheetMoments = 6;
constexpr int kSweepFace = 256;  // pixels of a face in a table

// A folder was asked for: a film of each voice goes there.
bool of_each_voice(const TalkOptions& o) {
  const fs::path output = o.output;
  if (output.empty()) return false;
  std::error_code code;
  return !output.has_filename() || (fs::is_directory(output, code) && !video::is_film_name(output));
}

// Of films that are named after their voices.
const char* usual_ending(const TalkOptions& o) {
  return o.stage.background.transparent() ? ".mov" : ".mp4";
}

void check_output(const TalkOptions& o) {
  const bool named = !o.output.empty() && !of_each_voice(o);
  if (!o.contact_sheet.empty()) check_ending(o.contact_sheet, ".png", "contact_sheet");
  if (exporter_of_output(o) != nullptr) return;
  if (named && ending_of(o.output).empty() && !fs::exists(o.output)) {
    fail_usage("{} {}: expected a name that ends in {}, or a folder ({}/) for a film of each voice",
               Field("output"), o.output, video::kFilmEndings, o.output);
  }
  video::check_film(named ? fs::path(o.output) : fs::path("film").concat(usual_ending(o)),
                    o.stage.background.transparent(), "output");
  if (o.contact_sheet.empty() || !of_each_voice(o)) return;
  fail_usage("{} shows one film, and {} {} takes one of each voice; leave it out",
             Field("contact_sheet"), Field("output"), o.output);
}

// What follows from other options, once they are checked.
void complete(TalkOptions& o, const Conditions& conditions) {
  if (o.voices.empty()) fail_usage("which voice? for example: flowtalk talk voice.wav -o face.mp4");
  check_output(o);
  o.performance.strength.check(o.given);
  o.performance.sampling.check(o.given, 1, o.performance.performing.asked());
  o.sweep.check(o.given);
  if (!o.stage.face.templates.empty()) o.stage.face.subject = o.performance.subject;
  o.stage.threads = o.performance.sampling.model.threads;
  if (o.sweep.sweep.empty()) return;
  if (!o.given("columns")) o.stage.columns = sweep_columns(o.sweep.sweep, o.emotion, conditions);
  if (!o.given("size")) o.stage.size = {kSweepFace, kSweepFace};
}

// A film to make: of these voices, one after the other.
struct Planned {
  std::vector<fs::path> voices;
  fs::path film;
};

std::vector<Planned> plan(const TalkOptions& o, const std::vector<fs::path>& voices) {
  if (!of_each_voice(o)) {
    if (o.output.empty() && voices.size() > 1) {
      fail_usage("which film? {} faces.mp4 joins the {} voices, {} films/ takes a film of each",
                 Field("output"), voices.size(), Field("output"));
    }
    const fs::path usual = voices[0].stem().concat(usual_ending(o));
    return {{voices, o.output.empty() ? usual : fs::path(o.output)}};
  }
  refuse_twice(voices);
  std::vector<Planned> films;
  auto names = names_of(voices);
  for (const fs::path& voice : voices) {
    films.push_back({{voice}, fs::path(o.output) / (names[voice] + usual_ending(o))});
  }
  return films;
}

// Nobody named a film that is called after its voice: one that is there may be the voice's own.
void check_planned(const TalkOptions& o, const std::vector<Planned>& films,
                   const std::vector<fs::path>& voices) {
  const bool named = !o.output.empty() && !of_each_voice(o);
  for (const auto& [of, film] : films) {
    check_writable(film);
    refuse_to_replace(film, voices);
    if (named || !fs::exists(film)) continue;
    if (!o.output.empty()) {
      fail_usage("{}: is there already; give {} another folder, or remove it", film.string(),
                 Field("output"));
    }
    fail_usage("{}: is there already; name it with {} to have it replaced", film.string(),
               Field("output"));
  }
  if (o.contact_sheet.empty()) return;
  check_writable(o.contact_sheet);
  refuse_to_replace(o.contact_sheet, voices);
}

// The performance of each cell.
std::vector<motion::Motion> perform(const TalkOptions& o, const predict::Session& session,
                                    const std::optional<condition::Timeline>& curve,
                                    std::vector<SweepCell>& cells, const audio::Audio& voice,
                                    const Reporter& reporter) {
  const HeardVoice heard = hear(session, voice);
  const auto regions = o.performance.sampling.regions(session, o.stage.face.face);
  std::vector<motion::Motion> takes;
  for (SweepCell& cell : cells) {
    cell.options.regions = regions;
    // All cells follow the same curve: it is warned of once.
    if (curve)
      o.curve.follow(*curve, heard.speech, cell.options, takes.empty() ? reporter : Reporter());
    takes.push_back(performed_takes(session, heard, cell, o.performance.performing, 1).front());
  }
  return takes;
}

std::vector<Role> roles_of(const TalkOptions& o, const std::vector<SweepCell>& cells,
                           const std::vector<motion::Motion>& takes) {
  std::vector<Role> roles;
  for (size_t i = 0; i < cells.size(); ++i) {
    const std::string caption = cells.size() > 1 ? cells[i].caption() : "";
    roles.push_back({caption, settled(takes[i], o.film.settle)});
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

Film shoot(const TalkOptions& o, const fs::path& film, std::vector<Role> roles,
           const JoinedVoices& voices, const Reporter& reporter) {
  const double telling_s =
      static_cast<double>(telling_frame(std::get<motion::Motion>(roles.front().motion))) /
      flame::kFps;
  Stage stage(std::move(roles), o.stage);
  const auto sound = sound_of(voices.paths, kPauseSeconds, voices.audio, reporter);
  save_film(stage, film, sound, o.film, reporter);
  if (!o.contact_sheet.empty()) {
    const bool table = !o.sweep.sweep.empty();
    render::save_png(o.contact_sheet, table ? stage.draw(stage.frame_at(telling_s))
                                            : stage.contact_sheet(kSheetMoments));
  }
  return {film.string(), voices.audio.duration_s(), stage.width(), stage.height()};
}

}  // namespace

std::vector<Film> talk(TalkOptions o, const Reporter& reporter) {
  const Conditions conditions = o.performance.sampling.model.conditions();
  complete(o, conditions);
  const auto curve = o.curve.load(o.given, conditions);
  auto cells = sweep_cells(o.sweep.sweep, o.emotion, o.performance, !o.stage.face.templates.empty(),
                           conditions);
  if (!curve && o.sweep.sweep.empty()) {
    warn_of_words(o.emotion, o.performance.strength, o.given, conditions, reporter);
  }
  const auto voices = find_voices(o.voices, reporter);
  const Exporter* exporter = exporter_of_output(o);
  std::optional<TalkFile> file;
  if (exporter != nullptr) file.emplace(o, *exporter, cells.size(), voices);
  const auto films = file ? std::vector<Planned>{{voices, o.output}} : plan(o, voices);
  if (!file) check_planned(o, films, voices);
  const predict::Session session = o.performance.sampling.model.load(reporter);
  o.performance.sampling.check_family(session.model(), 1, o.performance.take,
                                      o.performance.performing.asked());
  predict::require_motion(session.model());
  if (!file) {
    warn_of_other_axes(session.config().axes, load_any_face(o.stage.face.face), reporter);
  }
  EachVoice each(voices.size(), reporter);
  std::vector<Film> made;
  for (const auto& [of, film] : films) {
    const JoinedVoices heard = join_voices(of, kPauseSeconds, each, reporter);
    if (heard.paths.empty()) continue;
    const auto takes = perform(o, session, curve, cells, heard.audio, reporter);
    if (made.empty()) note_new_folders({film, o.contact_sheet}, reporter);
    made.push_back(file ? file->save(takes.front(), reporter)
                        : shoot(o, film, roles_of(o, cells, takes), heard, reporter));
  }
  each.finish(films.size() > 1 ? "the films of the others are made"
                               : fmt::format("{} is of the others", films[0].film.string()));
  return made;
}

}  // namespace flowtalk::pipeline
