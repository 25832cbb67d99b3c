// flowtalk data import-mead: MEAD and its EMICA reconstruction into 3DMEAD's layout.
#include <fmt/core.h>

#include <filesystem>
#include <map>

#include "apps/data_commands.h"
#include "apps/options/bind.h"
#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/data/import_mead.h"

namespace flowtalk::apps {
namespace fs = std::filesystem;
namespace {

constexpr size_t kShown = 3;  // files of each kind on the terminal

void print_left_out(const data::ImportReport& report, const fs::path& list) {
  std::map<std::string, std::vector<const data::LeftOut*>> kinds;
  for (const data::LeftOut& l : report.left_out) kinds[l.kind].push_back(&l);
  for (const auto& [kind, files] : kinds) {
    fmt::print("  left out: {} ({})\n", kind, files.size());
    for (size_t i = 0; i < std::min(kShown, files.size()); ++i) {
      fmt::print("    {}\n", files[i]->kind == "damaged"
                                 ? files[i]->reason
                                 : files[i]->file + ": " + files[i]->reason);
    }
  }
  if (!report.left_out.empty()) fmt::print("  all of them: {}\n", list.string());
}

}  // namespace

int data_import_mead(const Args& args) {
  data::ImportOptions options;
  Command command(
      "flowtalk data import-mead",
      "Imports MEAD: EMICA's reconstruction (ID/front/EMOTION/level_K/SEQ/shape_pose_cam.hdf5) and "
      "MEAD's sound (ID/audio/EMOTION/level_K/SEQ.m4a) become FOLDER/mead/param and "
      "FOLDER/mead/wav. An interrupted run goes on where it stopped. Exit code 1 if a file is "
      "damaged or nothing could be imported; what is left out is listed in "
      "FOLDER/mead/left_out.tsv.",
      "Example:\n"
      "  flowtalk data import-mead --reconstruction emica/ --audio MEAD/ -o datasets\n"
      "  flowtalk data check datasets/mead\n");
  command.bind(options);
  if (!command.parse(args)) return 0;
  const data::ImportReport report = data::import_mead(options);
  const fs::path mead = options.out / "mead", list = mead / "left_out.tsv";
  data::save_left_out(report, list);
  if (!options.quiet) {
    fmt::print("{}: {} clips written, {:.1f} min; {} were there\n", mead.string(), report.written,
               report.duration_s / 60, report.kept);
    print_left_out(report, list);
    std::fflush(stdout);
  }
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
