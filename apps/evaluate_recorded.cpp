// flowtalk evaluate recorded: a model's faces beside recorded people, on their voices.
#include <fmt/core.h>

#include "apps/evaluate_commands.h"
#include "apps/options/bind.h"
#include "apps/options/terminal.h"
#include "flowtalk/base/error.h"
#include "flowtalk/pipeline/recorded.h"

namespace flowtalk::apps {

int evaluate_recorded(const Args& args) {
  pipeline::RecordedOptions options;
  Command command(
      "flowtalk evaluate recorded",
      "Predicts faces from the voices of recorded people and holds them against these: do the lips "
      "follow, when, how often do they shut, and does the face move as people's do?",
      "Examples:\n"
      "  flowtalk evaluate recorded --recordings takes/\n"
      "  flowtalk evaluate recorded --recordings grid/ sensors/ --json r.json --card r.html\n"
      "  flowtalk evaluate recorded --recordings takes/ --model runs/mine\n"
      "A folder holds points on a face (.npz), takes of Live Link Face (.csv), a rig's weights\n"
      "(.npy with names.txt), lip sensors (.csv) or phone times (.phones.csv), each with its "
      "sound\n"
      "beside it. docs/recorded.md defines every figure and the JSON.\n");
  command.bind(options, {{"card", "--card,--html"}});
  if (!command.parse(args)) return 0;
  options.command = typed("flowtalk evaluate recorded", args);
  const auto outcome = pipeline::measure_recorded(options, terminal(command.quiet()));
  fmt::print("{}", evaluate::recorded_table(outcome.report));
  if (!command.quiet()) {
    for (const std::string& path : outcome.written) fmt::print("written: {}\n", path);
  }
  if (outcome.left_out > 0) {
    fail("{} recordings could not be used (see above); the figures are of the others",
         outcome.left_out);
  }
  return 0;
}

}  // namespace flowtalk::apps
