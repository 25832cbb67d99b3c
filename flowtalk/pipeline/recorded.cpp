#include "flowtalk/pipeline/recorded.h"

#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/base/outputs.h"
#include "flowtalk/formats/sha256.h"
#include "flowtalk/pipeline/face_choice.h"
#include "flowtalk/pipeline/performance.h"
#include "flowtalk/pipeline/sweep.h"
#include "flowtalk/pipeline/voices.h"

namespace flowtalk::pipeline {
namespace {

// What is asked of the model: its most typical answer, or one as users see it.
SweepCell cell_of(const RecordedOptions& o, const Conditions& conditions, bool typical) {
  PerformanceOptions performance;
  performance.id = o.id;
  performance.sampling.deterministic = typical;
  const Mood mood = parse_mood(conditions.emotions[kNeutral], conditions);
  return {mood, conditions.levels.front(), performance.options(mood, false, conditions)};
}

class Maker {
 public:
  Maker(const RecordedOptions& o, const Reporter& reporter)
      : face_(face::load_face(o.face)),
        session_(o.model.load(reporter)),
        typical_(cell_of(o, session_.config().conditions, true)),
        performed_(cell_of(o, session_.config().conditions, false)) {
    warn_of_other_axes(session_.config().axes, face_, reporter);
  }

  evaluate::MadeFaces of(const audio::Audio& voice) const {
    const HeardVoice heard = hear(session_, voice);
    const auto made = [&](const SweepCell& cell) {
      return evaluate::recording_of(
          performed_takes(session_, heard, cell, PerformingOptions(), 1).front(), face_);
    };
    return {made(typical_), made(performed_)};
  }

  const std::string& model() const { return session_.model().name(); }

 private:
  const face::Face& face_;
  predict::Session session_;
  SweepCell typical_, performed_;
};

}  // namespace

RecordedOutcome measure_recorded(const RecordedOptions& o, const Reporter& reporter) {
  if (o.recordings.empty()) {
    fail_usage("which recordings? for example: flowtalk evaluate recorded {} takes/",
               Field("recordings"));
  }
  check_report(o.json, ".json");
  check_report(o.card, ".html");
  const auto files = evaluate::find_recordings(o.recordings);
  const Maker maker(o, reporter);
  RecordedOutcome outcome;
  outcome.report.command = o.command;
  outcome.report.facts = {
      {"model", maker.model()},
      {"sha256 of its weights", formats::sha256_of(o.model.folder() / "weights.safetensors")},

      {"style", o.id},
      {"emotion", "neutral"},
      {"lips and jaw", "without chance, nothing performed"},
      {"lids and brows", "with chance (seed 0), performed"}};
  EachVoice each(files.size(), reporter);
  const Advance advance =
      reporter.begin("measure", static_cast<int64_t>(files.size()), "recordings");
  for (const evaluate::RecordingFile& file : files) {
    const bool done = each.tried([&] {
      const evaluate::Recording person = evaluate::load_recording(file);
      const audio::Audio voice = load_voice(file.sound, reporter);
      outcome.report.clips.push_back(
          evaluate::measure_recorded(file, person, maker.of(voice), voice));
    });
    outcome.left_out += done ? 0 : 1;
    advance(1, file.file.filename().string());
  }
  if (each.all_failed()) each.finish("");
  if (!o.json.empty()) {
    save_file(o.json, evaluate::recorded_json(outcome.report).dump(2) + "\n");
    outcome.written.push_back(o.json);
  }
  if (!o.card.empty()) {
    save_file(o.card, evaluate::recorded_card(outcome.report));
    outcome.written.push_back(o.card);
  }
  return outcome;
}

}  // namespace flowtalk::pipeline
