// flowtalk data import-mead: MEAD and its EMICA reconstruction into 3DMEAD's layout.
#include <fmt/core.h>

#include <filesystem>
#include <map>

#include "apps/data_commands.h"
#include "apps/options/bind.h"
#include "apps/options/terminal.h"
#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/data/import_mead.h"

namespace flowtalk::apps {
namespace fs = std::filesystem;
namespace {

constexpr int kShown = 3;  // patterns, or damaged files, of each kind on the terminal

void print_left_out(const data::ImportReport& report, const fs::path& list) {
  std::map<std::string, int64_t> kinds;
  for (const data::LeftOut& l : report.left_out) ++kinds[l.kind];
  const auto groups = data::grouped(report.left_out);
  for (const auto& [kind, count] : kinds) {
    fmt::print("  left out: {} ({})\n", kind, count);
    int shown = 0, of_kind = 0;
    for (const data::LeftOutGroup& group : groups) {
      if (group.first.kind != kind || ++of_kind > kShown) continue;
      ++shown;
      const std::string what = group.count > 1
                                   ? fmt::format("{} like {}: ", group.count, group.pattern)
                               : kind == "damaged" ? ""
                                                   : group.first.file + ": ";
      fmt::print("    {}{}\n", what, group.first.reason);
    }
    if (of_kind > shown) fmt::print("    and {} other patterns\n", of_kind - shown);
  }
  if (!report.left_out.empty()) fmt::print("  every file: {}\n", list.string());
}

}  // namespace

int data_import_mead(const Args& args) {
  data::ImportOptions options;
  Command command(
      "flowtalk data import-mead",
      "Imports MEAD: EMICA's reconstruction (ID/front/EMOTION/level_K/SEQ/shape_pose_cam.hdf5) and "
      "MEAD's sound (ID/audio/EMOTION/level_K/SEQ.m4a, or its films) become FOLDER/mead/param and "
      "FOLDER/mead/wav. An interrupted run goes on where it stopped. Exit code 1 if a file is "
      "damaged or nothing could be imported; what is left out is listed in "
      "FOLDER/mead/left_out.tsv.",
      "Example:\n"
      "  flowtalk data import-mead --reconstruction emica/ --audio MEAD/ -o datasets\n"
      "  flowtalk data check datasets/mead\n");
  command.bind(options);
  if (!command.parse(args)) return 0;
  options.quiet = command.quiet();
  const data::ImportReport report = data::import_mead(options);
  const fs::path mead = options.out / "mead", list = data::left_out_list(options);
  data::save_left_out(report, list);
  if (!command.quiet()) {
    fmt::print("{}: {} clips written, {:.1f} min; {} were there\n", mead.string(), report.written,
               report.duration_s / 60, report.kept);
    print_left_out(report, list);
    std::fflush(stdout);
  }
  const Reporter reporter = terminal(options.quiet);
  for (const std::string& line : report.sound.lines()) reporter.warn(line);
  if (report.damaged() > 0) {
    fail("{} files could not be imported, listed in {}", report.damaged(), list.string());
  }
  if (report.written + report.kept == 0) {
    fail("{}: no take has both a reconstruction and a sound; see {}",
         options.reconstruction.string(), list.string());
  }
  return 0;
}

}  // namespace flowtalk::apps
