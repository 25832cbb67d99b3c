// flowtalk score: how likely a recorded performance is, and what it shows.
#include "flowtalk/pipeline/score.h"

#include <fmt/core.h>

#include "apps/commands.h"
#include "apps/options/bind.h"
#include "apps/options/terminal.h"

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
  pipeline::ScoreOptions options;
  Command command(
      "flowtalk score",
      "Gives the exact log-likelihood of recorded motion under its voice, and by Bayes' rule the "
      "emotion it shows.",
      kExamples);
  command.bind(options, {{"voice", "VOICE,--wav-path"}});
  if (!command.parse(args)) return 0;
  const auto scored = pipeline::score(options, terminal(command.quiet()));
  fmt::print("{}", spelled(scored.text));
  return 0;
}

}  // namespace flowtalk::apps
