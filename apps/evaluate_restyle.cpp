// flowtalk evaluate restyle: performances of a data set in every other emotion.
#include <fmt/core.h>

#include "apps/evaluate_commands.h"
#include "apps/options/bind.h"
#include "apps/options/terminal.h"
#include "flowtalk/pipeline/restyle_evaluation.h"

namespace flowtalk::apps {

int evaluate_restyle(const Args& args) {
  pipeline::RestyleEvaluationOptions options;
  Command command(
      "flowtalk evaluate restyle",
      "Gives the performances of a data set every other emotion, as `flowtalk restyle` does, and "
      "measures whether it is seen and whether the lips stay.",
      "Examples:\n"
      "  flowtalk evaluate restyle --dataset datasets --every 2\n"
      "  flowtalk evaluate restyle --dataset datasets --intensity low --json low.json\n");
  command.bind(options);
  if (!command.parse(args)) return 0;
  fmt::print("{}", pipeline::evaluate_restyle(options, terminal(command.quiet())).text);
  return 0;
}

}  // namespace flowtalk::apps
