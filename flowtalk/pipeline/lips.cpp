#include "flowtalk/pipeline/lips.h"

#include <filesystem>

#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/base/outputs.h"
#include "flowtalk/pipeline/face_choice.h"
#include "flowtalk/pipeline/sweep.h"
#include "flowtalk/pipeline/voices.h"

namespace flowtalk::pipeline {
namespace {

// Without a temperature nothing is left to chance.
void check(LipsOptions& o) {
  const bool asked = o.performance.sampling.deterministic;
  o.performance.sampling.deterministic = asked || !o.given("temperature");
  o.performance.strength.check(o.given);
  o.performance.sampling.check(o.given, 1, o.performance.performing.asked());
  if (o.voices.empty()) fail_usage("which voice? for example: flowtalk evaluate lips voice.wav");
  check_report(o.json, ".json");
  if (o.motion.empty()) return refuse_reading(o.given, "this motion is predicted");
  for (const char* field :
       {"emotion", "intensity", "strength", "id", "temperature", "deterministic", "guidance",
        "blinks", "head", "gaze", "liveliness", "model"}) {
    if (!o.given(field)) continue;
    fail_usage("{} is of motion that is predicted here; with {} leave it out", Field(field),
               Field("motion"));
  }
}

// The motion of each voice: read, or predicted.
class Motions {
 public:
  Motions(const LipsOptions& o, const face::Face& face, const Reporter& reporter) : o_(o) {
    for (const std::string& path : o.motion) {
      read_.push_back(read_motion_25(path, face.axes, o.reading, reporter));
    }
    if (!read_.empty()) return;
    const auto& sampling = o.performance.sampling;
    const Conditions conditions = sampling.model.conditions();
    cell_.mood = parse_mood(o.emotion, conditions);
    cell_.options = o.performance.options(cell_.mood, false, conditions);
    session_ = sampling.model.load(reporter);
    sampling.check_family(session_->model(), 1, o.performance.take,
                          o.performance.performing.asked());
    cell_.options.regions = sampling.regions(*session_, o.face);
    warn_of_other_axes(session_->config().axes, face, reporter);
  }

  motion::Motion of(size_t i, const std::filesystem::path& path, const audio::Audio& voice) const {
    if (session_) {
      return performed_takes(*session_, hear(*session_, voice), cell_, o_.performance.performing, 1)
          .front();
    }
    const auto mismatch = length_mismatch(o_.motion[i], read_[i].frames(), path, voice);
    if (!mismatch.empty()) {
      fail("{}; give each voice its own motion, or say its rate: {}", mismatch,
           Field("motion_fps"));
    }
    return read_[i];
  }

 private:
  const LipsOptions& o_;
  std::vector<motion::Motion> read_;
  std::optional<predict::Session> session_;
  SweepCell cell_;
};

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
                    "gaps in mm\n"
                    "cannot tell people from models: lips of recorded people get no more than good "
                    "models;\n'flowtalk evaluate recorded' holds motion against people\n",
                    report.offset_frames);
}

void check_lips(LipsOptions o, const std::function<void(const evaluate::LipReport&)>& show,
                const Reporter& reporter) {
  check(o);
  const auto voices = find_voices(o.voices, reporter);
  if (!o.motion.empty() && o.motion.size() != voices.size()) {
    fail_usage("{}: expected {} files, one per voice, got {}", Field("motion"), voices.size(),
               o.motion.size());
  }
  const face::Face& face = face::load_face(o.face);
  const Motions motions(o, face, reporter);
  data::PhoneRecognizer recognizer;
  std::vector<evaluate::LipRecording> recordings;
  EachVoice each(voices.size(), reporter);
  const Advance advance = reporter.begin("listen", static_cast<int64_t>(voices.size()), "voices");
  for (size_t i = 0; i < voices.size(); ++i) {
    each.tried([&] {
      const audio::Audio voice = load_voice(voices[i], reporter);
      recordings.push_back(evaluate::measure_lips(
          voices[i].filename().string(), voice, motions.of(i, voices[i], voice), recognizer, face));
    });
    advance(1, "");
  }
  if (each.all_failed()) each.finish("");
  const evaluate::LipReport report = evaluate::check_lips(recordings);
  if (!o.json.empty()) save_report(report, o.json);
  show(report);
  each.finish("the figures are of the others");
}

}  // namespace flowtalk::pipeline
