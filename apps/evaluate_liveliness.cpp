// flowtalk evaluate liveliness: heads, eyes and lids of motion beside recorded people.
#include <fmt/core.h>

#include "apps/evaluate_commands.h"
#include "apps/options/bind.h"
#include "apps/options/terminal.h"
#include "flowtalk/pipeline/liveliness.h"

namespace flowtalk::apps {

int evaluate_liveliness(const Args& args) {
  pipeline::LivelinessOptions options;
  Command command(
      "flowtalk evaluate liveliness",
      "Measures how heads turn, where eyes look and how lids blink, in motion files and in "
      "recordings of people (docs/liveliness.md).",
      "Examples:\n"
      "  flowtalk evaluate liveliness lively.npz --recordings takes/\n"
      "  flowtalk evaluate liveliness *.npz --json liveliness.json\n");
  command.bind(options, {{"motion", "MOTION,--motion"}});
  if (!command.parse(args)) return 0;
  const auto report = pipeline::measure_liveliness(options, terminal(command.quiet()));
  fmt::print("{}", pipeline::text_of(report));
  return 0;
}

}  // namespace flowtalk::apps
