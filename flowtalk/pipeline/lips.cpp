#include "flowtalk/pipeline/lips.h"

#include <filesystem>

#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/base/outputs.h"
#include "flowtalk/motion/motion_file.h"
#include "flowtalk/pipeline/face_choice.h"
#include "flowtalk/pipeline/voices.h"

namespace flowtalk::pipeline {
namespace {

// Without a temperature nothing is left to chance.
void check(LipsOptions& o) {
  const bool asked = o.performance.sampling.deterministic;
  o.performance.sampling.deterministic = asked || !o.given("temperature");
  o.performance.strength.check(o.given);
  o.performance.sampling.check(o.given);
  if (o.voices.empty()) fail_usage("which voice? for example: flowtalk evaluate lips voice.wav");
  check_report(o.json, ".json");
  if (o.motion.empty()) return;
  for (const char* field : {"emotion", "intensity", "strength", "id", "temperature",
                            "deterministic", "guidance", "blinks", "model"}) {
    if (!o.given(field)) continue;
    fail_usage("{} is of motion that is predicted here; with {} leave it out", Field(field),
               Field("motion"));
  }
}

std::vector<motion::Motion> motions_of(const LipsOptions& o, const face::Face& face,
                                       const std::vector<std::filesystem::path>& voices,
                                       const Reporter& reporter) {
  std::vector<motion::Motion> motions;
  for (const std::string& path : o.motion) {
    motions.push_back(motion::load_motion(path, face.axes));
  }
  if (!motions.empty()) return motions;
  const Conditions conditions = o.performance.sampling.model.conditions();
  auto options = o.performance.options(parse_mood(o.emotion, conditions), false, conditions);
  const auto session = o.performance.sampling.model.load();
  o.performance.sampling.check_family(session.model(), 1, o.performance.take);
  options.regions = o.performance.sampling.regions(session, o.face);
  warn_of_other_axes(session.config().axes, face, reporter);
  for (const auto& voice : voices) {
    motions.push_back(session.predict(load_voice(voice, reporter), options));
  }
  return motions;
}

Json to_json(const evaluate::LipScore& score) {
  Json json;
  json["auc"] = score.auc ? Json(*score.auc) : Json();
  json["bilabial_frames"] = score.bilabial_frames;
  json["open_frames"] = score.open_frames;
  json["bilabial_gap_mm"] = score.bilabial_gap_mm;
  json["open_gap_mm"] = score.open_gap_mm;
  return json;
}

void save_report(const evaluate::LipReport& report, const std::string& path) {
  Json json;
  json["pooled"] = to_json(report.pooled);
  json["offset_frames"] = report.offset_frames;
  for (const auto& file : report.files) json["files"][file.name] = to_json(file);
  save_file(path, json.dump(2) + "\n");
}

std::string row_of(const std::string& name, const evaluate::LipScore& score) {
  const std::string auc = score.auc ? fmt::format("{:.3f}", *score.auc) : "-";
  return fmt::format("{:<32} {:>6} {:>8} {:>8} {:>11.2f} {:>11.2f}\n", name, auc,
                     score.bilabial_frames, score.open_frames, score.bilabial_gap_mm,
                     score.open_gap_mm);
}

}  // namespace

std::string text_of(const evaluate::LipReport& report, bool pooled_only) {
  std::string text = fmt::format("{:<32} {:>6} {:>8} {:>8} {:>11} {:>11}\n", "", "AUC", "closed",
                                 "open", "gap closed", "gap open");
  if (!pooled_only) {
    for (const auto& file : report.files) text += row_of(file.name, file);
  }
  text += row_of("all", report.pooled);
  return text + fmt::format(
                    "offset {} frames; closed: frames heard as P B M, open: AA AE AO AY EH OW; "
                    "gaps in mm\n",
                    report.offset_frames);
}

evaluate::LipReport check_lips(LipsOptions o, const Reporter& reporter) {
  check(o);
  const auto voices = find_voices(o.voices);
  if (!o.motion.empty() && o.motion.size() != voices.size()) {
    fail_usage("{}: expected {} files, one per voice, got {}", Field("motion"), voices.size(),
               o.motion.size());
  }
  const face::Face& face = face::load_face(o.face);
  const auto motions = motions_of(o, face, voices, reporter);
  data::PhoneRecognizer recognizer;
  std::vector<evaluate::LipRecording> recordings;
  const Advance advance = reporter.begin("listen", static_cast<int64_t>(voices.size()), "voices");
  for (size_t i = 0; i < voices.size(); ++i) {
    const audio::Audio voice = load_voice(voices[i], reporter);
    if (!o.motion.empty()) {
      const auto mismatch = length_mismatch(o.motion[i], motions[i].frames(), voices[i], voice);
      if (!mismatch.empty()) fail("{}; give each voice its own motion", mismatch);
    }
    recordings.push_back(
        evaluate::measure_lips(voices[i].filename().string(), voice, motions[i], recognizer, face));
    advance(1, "");
  }
  evaluate::LipReport report = evaluate::check_lips(recordings);
  if (!o.json.empty()) save_report(report, o.json);
  return report;
}

}  // namespace flowtalk::pipeline
