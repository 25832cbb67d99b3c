#include "flowtalk/pipeline/talk.h"

#include <algorithm>
#include <filesystem>

#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/base/outputs.h"
#include "flowtalk/face/blinks.h"
#include "flowtalk/pipeline/settle.h"
#include "flowtalk/pipeline/voices.h"
#include "flowtalk/video/writer.h"

namespace flowtalk::pipeline {
namespace fs = std::filesystem;
namespace {

constexpr double kPauseSeconds = 0.35;  // between several voices
constexpr int kSheetMoments = 6;
constexpr int kSweepFace = 256;  // pixels of a face in a table

// What follows from other options, once they are checked.
void complete(TalkOptions& o, const Conditions& conditions) {
  if (o.voices.empty()) fail_usage("which voice? for example: flowtalk talk voice.wav -o face.mp4");
  video::check_film(o.output.empty() ? "film.mp4" : o.output, o.stage.background.transparent(),
                    "output");
  if (!o.contact_sheet.empty()) check_ending(o.contact_sheet, ".png", "contact_sheet");
  o.performance.strength.check(o.given);
  o.performance.sampling.check(o.given);
  o.sweep.check(o.given);
  if (!o.stage.face.templates.empty()) o.stage.face.subject = o.performance.subject;
  o.stage.threads = o.performance.sampling.model.threads;
  if (o.sweep.sweep.empty()) return;
  if (!o.given("columns")) o.stage.columns = sweep_columns(o.sweep.sweep, o.emotion, conditions);
  if (!o.given("size")) o.stage.size = {kSweepFace, kSweepFace};
}

fs::path output_of(const TalkOptions& o, const std::vector<fs::path>& voices) {
  const fs::path output =
      o.output.empty() ? fs::path(voices[0].stem().string() + ".mp4") : fs::path(o.output);
  check_writable(output);
  refuse_to_replace(output, voices);
  if (o.output.empty() && fs::exists(output)) {
    fail_usage("{}: is there already; name it with {} to have it replaced", output.string(),
               Field("output"));
  }
  if (!o.contact_sheet.empty()) {
    check_writable(o.contact_sheet);
    refuse_to_replace(o.contact_sheet, voices);
  }
  return output;
}

std::vector<Role> play(const TalkOptions& o, const predict::Session& session,
                       const std::optional<condition::Timeline>& curve,
                       std::vector<SweepCell>& cells, const audio::Audio& voice,
                       const Reporter& reporter) {
  const auto speech = session.encode(voice);
  const auto regions = o.performance.sampling.regions(session, o.stage.face.face);
  std::vector<Role> roles;
  for (SweepCell& cell : cells) {
    cell.options.regions = regions;
    // All cells follow the same curve: it is warned of once.
    if (curve) o.curve.follow(*curve, speech, cell.options, roles.empty() ? reporter : Reporter());
    const std::string caption = cells.size() > 1 ? cell.caption() : "";
    roles.push_back({caption, settled(session.predict(speech, cell.options), o.film.settle)});
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

Film talk(TalkOptions o, const Reporter& reporter) {
  const Conditions conditions = o.performance.sampling.model.conditions();
  complete(o, conditions);
  const auto curve = o.curve.load(o.given, conditions);
  auto cells = sweep_cells(o.sweep.sweep, o.emotion, o.performance, !o.stage.face.templates.empty(),
                           conditions);
  if (!curve && o.sweep.sweep.empty()) {
    warn_of_words(o.emotion, o.performance.strength, o.given, conditions, reporter);
  }
  const auto voices = find_voices(o.voices, reporter);
  const fs::path output = output_of(o, voices);
  EachVoice each(voices.size(), reporter);
  const auto [voice, heard] = join_voices(voices, kPauseSeconds, each, reporter);
  const predict::Session session = o.performance.sampling.model.load(reporter);
  o.performance.sampling.check_family(session.model(), 1, o.performance.take);
  auto roles = play(o, session, curve, cells, voice, reporter);
  const double telling_s = static_cast<double>(telling_frame(roles.front().motion)) / flame::kFps;
  Stage stage(std::move(roles), o.stage);
  warn_of_other_axes(session.config().axes, stage.face(), reporter);
  note_new_folders({output, o.contact_sheet}, reporter);
  save_film(stage, output, sound_of(heard, kPauseSeconds, voice, reporter), o.film, reporter);
  if (!o.contact_sheet.empty()) {
    const bool table = !o.sweep.sweep.empty();
    render::save_png(o.contact_sheet, table ? stage.draw(stage.frame_at(telling_s))
                                            : stage.contact_sheet(kSheetMoments));
  }
  each.finish(fmt::format("{} is of the others", output.string()));
  return {output.string(), voice.duration_s(), stage.width(), stage.height()};
}

}  // namespace flowtalk::pipeline
