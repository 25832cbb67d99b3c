// flowtalk evaluate lips: do the lips follow the voice? Needs no ground truth.
#include <fmt/core.h>

#include <filesystem>

#include "apps/command_line.h"
#include "apps/evaluate_commands.h"
#include "apps/face_options.h"
#include "apps/outputs.h"
#include "apps/performance.h"
#include "apps/voices.h"
#include "flowtalk/base/error.h"
#include "flowtalk/base/fields.h"
#include "flowtalk/base/files.h"
#include "flowtalk/base/progress.h"
#include "flowtalk/evaluate/lips.h"
#include "flowtalk/motion/motion_file.h"

namespace flowtalk::apps {
namespace {

struct LipsCommand {
  std::vector<std::string> voices, motions;
  std::string json, emotion = "neutral";
  std::string face = "builtin";
  Performance performance;
  bool quiet = false;
};

void declare(CLI::App& app, LipsCommand& c) {
  app.add_option("VOICE,--audio,--wav-path", c.voices, "sound files, folders or globs");
  app.add_option("--motion", c.motions,
                 "motion files (.npy), one per voice; without them the motion is predicted here, "
                 "without chance unless --temperature is given");
  app.add_option("--json", c.json, "also write the figures to this file");
  app.add_option("--emotion", c.emotion, "of predicted motion (default neutral)");
  app.add_option("--face", c.face,
                 "whose lips are measured: builtin, or a FLAME file (default builtin)");
  c.performance.deterministic = true;
  c.performance.add_to(app);
  app.add_flag("-q,--quiet", c.quiet, "print the pooled figure only");
  app.footer(
      "Examples:\n"
      "  flowtalk evaluate lips --audio recordings/\n"
      "  flowtalk evaluate lips --audio voice.wav --motion happy.npy --json lips.json\n");
}

std::vector<motion::Motion> motions_of(const LipsCommand& c, const face::Face& face,
                                       const std::vector<std::filesystem::path>& voices) {
  std::vector<motion::Motion> motions;
  for (const std::string& path : c.motions) {
    motions.push_back(motion::load_motion(path, face.axes));
  }
  if (!motions.empty()) return motions;
  auto options = c.performance.options(parse_mood(c.emotion));
  const auto session = c.performance.model.load();
  c.performance.check_family(session.model());
  options.regions = c.performance.regions(session);
  warn_of_other_axes(session.config().axes, face);
  for (const auto& voice : voices) {
    motions.push_back(session.predict(load_voice(voice), options));
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

void print_score(const std::string& name, const evaluate::LipScore& score) {
  const std::string auc = score.auc ? fmt::format("{:.3f}", *score.auc) : "-";
  fmt::print("{:<32} {:>6} {:>8} {:>8} {:>11.2f} {:>11.2f}\n", name, auc, score.bilabial_frames,
             score.open_frames, score.bilabial_gap_mm, score.open_gap_mm);
}

void print_report(const evaluate::LipReport& report, bool pooled_only) {
  fmt::print("{:<32} {:>6} {:>8} {:>8} {:>11} {:>11}\n", "", "AUC", "closed", "open", "gap closed",
             "gap open");
  if (!pooled_only) {
    for (const auto& file : report.files) print_score(file.name, file);
  }
  print_score("all", report.pooled);
  fmt::print(
      "offset {} frames; closed: frames heard as P B M, open: AA AE AO AY EH OW; gaps in mm\n",
      report.offset_frames);
}

void save_report(const evaluate::LipReport& report, const std::string& path) {
  Json json;
  json["pooled"] = to_json(report.pooled);
  json["offset_frames"] = report.offset_frames;
  for (const auto& file : report.files) json["files"][file.name] = to_json(file);
  save_file(path, json.dump(2) + "\n");
}

}  // namespace

int evaluate_lips(const Args& args) {
  LipsCommand c;
  CLI::App app(
      "Compares frames in which a phone recogniser hears P, B or M with frames in which it hears "
      "an open vowel: the area under the ROC curve of the lip gap, 0.5 for chance, 1 for perfect.",
      "flowtalk evaluate lips");
  declare(app, c);
  if (!parse(app, args)) return 0;
  if (app.count("--temperature") > 0 && app.count("--deterministic") == 0) {
    c.performance.deterministic = false;
  }
  c.performance.check_chance(app);
  if (c.voices.empty()) fail_usage("which voice? for example: flowtalk evaluate lips voice.wav");
  const auto voices = find_voices(c.voices);
  if (!c.motions.empty()) {
    for (const char* option : {"--emotion", "--intensity", "--strength", "--id", "--temperature",
                               "--deterministic", "--guidance", "--blinks", "--model"}) {
      if (app.count(option) == 0) continue;
      fail_usage("{} is of motion that is predicted here; with --motion leave it out", option);
    }
  }
  check_report(c.json, ".json");
  if (!c.motions.empty() && c.motions.size() != voices.size()) {
    fail_usage("--motion: expected {} files, one per voice, got {}", voices.size(),
               c.motions.size());
  }
  const face::Face& face = face::load_face(c.face);
  const auto motions = motions_of(c, face, voices);
  data::PhoneRecognizer recognizer;
  std::vector<evaluate::LipRecording> recordings;
  Progress progress("listen", static_cast<int64_t>(voices.size()), "voices", c.quiet);
  for (size_t i = 0; i < voices.size(); ++i) {
    const audio::Audio voice = load_voice(voices[i]);
    if (!c.motions.empty()) {
      const auto mismatch = length_mismatch(c.motions[i], motions[i].frames(), voices[i], voice);
      if (!mismatch.empty()) fail("{}; give each voice its own motion", mismatch);
    }
    recordings.push_back(
        evaluate::measure_lips(voices[i].filename().string(), voice, motions[i], recognizer, face));
    progress.advance();
  }
  const evaluate::LipReport report = evaluate::check_lips(recordings);
  print_report(report, c.quiet);
  if (!c.json.empty()) save_report(report, c.json);
  return 0;
}

}  // namespace flowtalk::apps
