// flowtalk score: how likely a recorded performance is, and what it shows.
#include "apps/score.h"

#include "apps/command_line.h"
#include "apps/commands.h"
#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"

namespace flowtalk::apps {
namespace {

constexpr const char* kExamples =
    "Examples:\n"
    "  flowtalk score voice.wav --motion take.npy\n"
    "  flowtalk score voice.wav --motion take.npy --emotion happy --intensity high --id M009\n"
    "  flowtalk score voice.wav --motion a.npy b.npy c.npy --json ranking.json\n"
    "  flowtalk score --dataset datasets --split test --flag\n"
    "  flowtalk score --dataset datasets --split validation --calibrate\n";

}  // namespace

int score(const Args& args) {
  ScoredTakes takes;
  ScoredDataset dataset;
  ModelChoice model;
  std::string json;
  bool quiet = false;
  CLI::App app(
      "Gives the exact log-likelihood of recorded motion under its voice, and by Bayes' rule the "
      "emotion it shows.",
      "flowtalk score");
  app.add_option("VOICE,--wav-path", takes.voice, "the sound file that goes with the motion");
  app.add_option("--motion", takes.motions,
                 "motion files (.npy) of this voice; several are ranked");
  takes.given.add_to(app, "", "the condition to judge under (default: the most likely)");
  dataset.add_to(app);
  model.add_to(app);
  app.add_option("--json", json, "also write all figures to this file");
  app.add_flag("-q,--quiet", quiet, "print nothing");
  app.footer(kExamples);
  if (!parse(app, args)) return 0;
  const bool of_dataset = app.count("--dataset") > 0;
  const auto refuse = [&](std::initializer_list<const char*> options, const char* form) {
    for (const char* option : options) {
      if (app.count(option) > 0) fail_usage("{} belongs to the form with {}", option, form);
    }
  };
  if (!json.empty()) check_writable(json);
  if (of_dataset) {
    refuse({"--motion", "--wav-path", "--emotion", "--intensity", "--strength"}, "--motion");
    dataset.style = takes.given.style;
    dataset.run(model, json, quiet);
    return 0;
  }
  refuse({"--split", "--flag", "--calibrate"}, "--dataset");
  if (takes.voice.empty()) {
    fail_usage("which voice? for example: flowtalk score voice.wav --motion take.npy");
  }
  if (takes.motions.empty()) fail_usage("which motion? give --motion one or more .npy files");
  if (takes.given.emotion.empty() && app.count("--intensity") + app.count("--strength") > 0) {
    fail_usage("--intensity and --strength need --emotion; leave them out to have it recognised");
  }
  takes.run(model, json, quiet);
  return 0;
}

}  // namespace flowtalk::apps
