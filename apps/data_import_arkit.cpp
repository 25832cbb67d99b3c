// flowtalk data import-arkit: recorded takes of ARKit's scores as a data set.
#include <fmt/core.h>

#include <map>

#include "apps/data_commands.h"
#include "apps/options/bind.h"
#include "apps/options/terminal.h"
#include "flowtalk/base/error.h"
#include "flowtalk/base/flame_layout.h"
#include "flowtalk/pipeline/import_takes.h"

namespace flowtalk::apps {
namespace {

constexpr size_t kTakes = 20;
constexpr int kShown = 3;  // of each kind, on the terminal

std::string text_of(double lag_ms, double confidence) {
  if (confidence < pipeline::kSureOfLag) return "too little speech to be sure of its lag";
  return fmt::format("mouth {:+.0f} ms from the sound", lag_ms);
}

void print_takes(const pipeline::ImportTakesReport& report) {
  size_t shown = 0;
  for (const pipeline::TakenTake& take : report.takes) {
    if (++shown > kTakes) break;
    fmt::print("  {}: {:.1f} s, {} clips, {}\n", take.face, take.duration_s, take.pieces,
               text_of(take.lag_ms, take.confidence));
  }
  if (shown > kTakes) fmt::print("  and {} more\n", report.takes.size() - kTakes);
  if (report.lag.confidence > 0) {
    fmt::print("  all together: {}\n",
               text_of(1000 * report.lag.frames / flame::kFps, report.lag.confidence));
  }
}

void print_left_out(const pipeline::ImportTakesReport& report, const std::string& folder) {
  std::map<std::string, int> kinds;
  for (const data::LeftOut& l : report.left_out) {
    if (++kinds[l.kind] <= kShown) fmt::print("  left out: {}: {}\n", l.file, l.reason);
  }
  for (const auto& [kind, count] : kinds) {
    if (count > kShown)
      fmt::print("  left out: {} ({}), all in {}/left_out.tsv\n", kind, count, folder);
  }
}

}  // namespace

int data_import_arkit(const Args& args) {
  pipeline::ImportTakesOptions options;
  Command command(
      "flowtalk data import-arkit",
      "Recorded takes of ARKit's scores as a data set to train on: of an iPhone's Live Link Face "
      "(NAME.csv and NAME.mov), of BEAT (NAME.json and NAME.wav). Exit code 1 if a take is damaged "
      "or has no sound; the others are imported.",
      "Examples:\n"
      "  flowtalk data import-arkit takes/ --style M003 -o datasets/me\n"
      "  flowtalk data import-arkit BEAT/1 BEAT/2 -o datasets/beat\n"
      "  flowtalk train generator --dataset datasets/me --from models/default --out runs/me\n");
  command.bind(options, {{"folders", "FOLDER"}, {"output", "-o,--output"}, {"piece_s", "--piece"}});
  if (!command.parse(args)) return 0;
  const Reporter reporter = terminal(command.quiet());
  const auto report = pipeline::import_takes(options, reporter);
  for (const std::string& line : report.sound.lines()) reporter.warn(line);
  if (!command.quiet()) {
    fmt::print("{}: {} clips of {} takes, {:.1f} min, {} of them for validation\n", options.output,
               report.clips, report.takes.size(), report.duration_s / 60, report.of_validation);
    print_takes(report);
    print_left_out(report, options.output);
  }
  print_findings(report.check, kShown, true);
  if (report.of_validation == 0) {
    reporter.warn(
        fmt::format("{}: no clip is for validation, which training needs; give more takes, "
                    "or a shorter {}",
                    options.output, Field("piece_s")));
  }
  if (report.damaged() > 0) {
    fail("{} takes could not be imported, listed in {}/left_out.tsv", report.damaged(),
         options.output);
  }
  return 0;
}

}  // namespace flowtalk::apps
