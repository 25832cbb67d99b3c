// flowtalk evaluate lips: do the lips follow the voice? Needs no ground truth.
#include <fmt/core.h>

#include "apps/evaluate_commands.h"
#include "apps/options/bind.h"
#include "apps/options/terminal.h"
#include "flowtalk/pipeline/lips.h"

namespace flowtalk::apps {

int evaluate_lips(const Args& args) {
  pipeline::LipsOptions options;
  Command command(
      "flowtalk evaluate lips",
      "Compares frames in which a phone recogniser hears P, B or M with frames in which it hears "
      "an open vowel: the area under the ROC curve of the lip gap, 0.5 for chance, 1 for perfect.",
      "Examples:\n"
      "  flowtalk evaluate lips --audio recordings/\n"
      "  flowtalk evaluate lips --audio voice.wav --motion happy.npy --json lips.json\n");
  command.bind(options, {{"voices", "VOICE,--audio,--wav-path"}});
  if (!command.parse(args)) return 0;
  const auto show = [&](const evaluate::LipReport& report) {
    fmt::print("{}", pipeline::text_of(report, command.quiet()));
  };
  pipeline::check_lips(options, show, terminal(command.quiet()));
  return 0;
}

}  // namespace flowtalk::apps
