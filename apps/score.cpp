// flowtalk score: how likely a recorded performance is, and what it shows.
#include "apps/score.h"

#include "apps/commands.h"
#include "apps/options/command_line.h"
#include "apps/outputs.h"
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
  check_report(json, ".json");
  if (of_dataset) {
    for (const char* option :
         {"--motion", "--wav-path", "--emotion", "--intensity", "--strength"}) {
      if (app.count(option) == 0) continue;
      fail_usage("{}: the clips of --dataset have their own; leave one of the two out", option);
    }
    dataset.style = takes.given.style;
    dataset.run(model, json, quiet);
    return 0;
  }
  for (const char* option : {"--split", "--flag", "--calibrate"}) {
    if (app.count(option) > 0) fail_usage("{} is of a data set; give --dataset too", option);
  }
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
