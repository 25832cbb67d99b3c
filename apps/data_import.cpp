// flowtalk data import-mead: MEAD and its EMICA reconstruction into 3DMEAD's layout.
#include <fmt/core.h>

#include <filesystem>
#include <map>

#include "apps/data_commands.h"
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

// One line per file: kind, file, reason, with tabs between.
void save_left_out(const data::ImportReport& report, const fs::path& list) {
  std::string text;
  for (const data::LeftOut& l : report.left_out) {
    text += fmt::format("{}\t{}\t{}\n", l.kind, l.file, l.reason);
  }
  save_file(list, text);
}

}  // namespace

int data_import_mead(const Args& args) {
  data::ImportOptions options;
  CLI::App app(
      "Imports MEAD: EMICA's reconstruction (ID/front/EMOTION/level_K/SEQ/shape_pose_cam.hdf5) and "
      "MEAD's sound (ID/audio/EMOTION/level_K/SEQ.m4a) become FOLDER/mead/param and "
      "FOLDER/mead/wav. "
      "An interrupted run goes on where it stopped. Exit code 1 if a file is damaged or nothing "
      "could be imported; what is left out is listed in FOLDER/mead/left_out.tsv.",
      "flowtalk data import-mead");
  app.add_option("--reconstruction", options.reconstruction, "folder of EMICA's HDF5 files")
      ->required();
  app.add_option("--audio", options.sound, "folder of MEAD's sound files; any kind of sound")
      ->required();
  app.add_option("-o,--output,--save-path", options.out, "folder (default datasets)");
  app.add_flag("--overwrite", options.overwrite, "make again the clips that are there");
  app.add_flag("--all-subjects", options.all_subjects,
               "also the 15 subjects without a speaking style, which are not trained on");
  app.add_option("--threads", options.threads, "threads (default: all)")->check(CLI::Range(0, 256));
  app.add_flag("-q,--quiet", options.quiet, "print nothing");
  app.footer(
      "Example:\n"
      "  flowtalk data import-mead --reconstruction emica/ --audio MEAD/ -o datasets\n"
      "  flowtalk data check datasets/mead\n");
  if (!parse(app, args)) return 0;
  const data::ImportReport report = data::import_mead(options);
  const fs::path mead = options.out / "mead", list = mead / "left_out.tsv";
  save_left_out(report, list);
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
