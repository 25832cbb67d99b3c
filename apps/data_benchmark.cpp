// flowtalk data benchmark: the frozen corpora that results are reported on, checked by hash.
#include <fmt/core.h>

#include "apps/data_commands.h"
#include "apps/options/bind.h"
#include "apps/options/terminal.h"
#include "flowtalk/pipeline/benchmark.h"

namespace flowtalk::apps {

int data_benchmark(const Args& args) {
  pipeline::BenchmarkOptions options;
  Command command(
      "flowtalk data benchmark",
      "Makes a frozen benchmark: FOLDER/mead (train, validation and test sentences of 32 "
      "speakers), FOLDER/unseen-voices and FOLDER/unseen-speakers (test sentences), and checks it "
      "by hash. What is there already is kept.");
  command.bind(options, {{"name", "NAME"}});
  if (!command.parse(args)) return 0;
  options.quiet = command.quiet();
  for (const auto& part : pipeline::make_benchmark(options, terminal(command.quiet()))) {
    if (command.quiet()) continue;
    fmt::print("{}: {} clips, {:.1f} min, {} of them recorded prompts, as frozen\n",
               part.folder.string(), part.clips, part.duration_s / 60, part.recorded);
  }
  return 0;
}

}  // namespace flowtalk::apps
