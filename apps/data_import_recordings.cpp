// flowtalk data import-recordings: recorded people as a data set.
#include <fmt/core.h>

#include "apps/data_commands.h"
#include "apps/options/bind.h"
#include "apps/options/terminal.h"
#include "flowtalk/pipeline/import_recordings.h"

namespace flowtalk::apps {

int data_import_recordings(const Args& args) {
  pipeline::ImportRecordingsOptions options;
  Command command(
      "flowtalk data import-recordings",
      "Recorded people as a data set to train on: per frame the built-in head's jaw and mouth are "
      "fitted to points of the face, blinks come from its scores. A third of the clips, by their "
      "names, is left out, to measure on.",
      "Example:\n  flowtalk data import-recordings grid_s1 grid_s1_more -o datasets/recorded\n");
  command.bind(options, {{"recordings", "FOLDER"}, {"output", "-o,--output"}});
  if (!command.parse(args)) return 0;
  const auto report = pipeline::import_recordings(options, terminal(command.quiet()));
  if (command.quiet()) return 0;
  fmt::print("{}: {} clips, {:.1f} min; lip gap fitted with r {:.4f}, {:.2f} mm apart (medians)\n",
             options.output, report.clips, report.duration_s / 60, report.gap_r, report.gap_rms_mm);
  return 0;
}

}  // namespace flowtalk::apps
