// flowtalk evaluate phones: what an encoder hears beside what was said.
#include <fmt/core.h>
#include <fmt/ranges.h>

#include "apps/evaluate_commands.h"
#include "apps/options/bind.h"
#include "apps/options/terminal.h"
#include "flowtalk/pipeline/phones.h"

namespace flowtalk::apps {

int evaluate_phones(const Args& args) {
  pipeline::PhonesOptions options;
  Command command(
      "flowtalk evaluate phones",
      "The phones that an encoder hears beside those that people wrote down, in frames of 20 ms.",
      "Example:\n"
      "  flowtalk evaluate phones --encoder runs/encoder --labelled sentences/ datasets/phones\n");
  command.bind(options);
  if (!command.parse(args)) return 0;
  const auto folders = pipeline::judge_phones(options, terminal(command.quiet()));
  fmt::print("{:>9} {:>7} {:>9} {:>8}  {:>11}  {}\n", "accuracy", "P B M", "precision", "frames",
             "ear late", "folder");
  for (const auto& f : folders) {
    const auto& all = f.all;
    fmt::print("{:9.3f} {:7.3f} {:9.3f} {:8}  {:8} ms  {}\n", all.accuracy(), all.shut_recall(),
               all.shut_precision(), all.speech, f.best_late_ms, f.folder);
    if (!f.unknown.empty() && !command.quiet()) {
      fmt::print("          labels that are no ARPAbet, left out: {}\n", fmt::join(f.unknown, " "));
    }
  }
  return 0;
}

}  // namespace flowtalk::apps
