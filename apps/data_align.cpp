// flowtalk data align: the list of the phones of recorded prompts, made anew.
#include <fmt/core.h>

#include "apps/data_commands.h"
#include "apps/options/bind.h"
#include "apps/options/terminal.h"
#include "flowtalk/synth/align_prompts.h"

namespace flowtalk::apps {

int data_align(const Args& args) {
  synth::AlignOptions options;
  Command command(
      "flowtalk data align",
      "Makes the list of the phones of all recorded prompts anew, by pocketsphinx: how "
      "models/prompt_phones.gz was made, from which every corpus takes them. All voices must be "
      "installed. Takes some ten minutes. A new list is another benchmark.",
      "Example:\n  flowtalk data align -o prompt_phones.gz\n");
  command.bind(options, {{"output", "-o,--output"}});
  if (!command.parse(args)) return 0;
  const auto report = synth::align_prompts(options, terminal(command.quiet()));
  if (command.quiet()) return 0;
  fmt::print("{}: phones of {} of {} recorded prompts, {:.1f} min\n", options.output,
             report.with_phones, report.prompts, report.duration_s / 60);
  return 0;
}

}  // namespace flowtalk::apps
