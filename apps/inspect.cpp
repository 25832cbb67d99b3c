// flowtalk inspect: what any file or folder holds, and what it is good for.
#include <fmt/core.h>

#include <filesystem>
#include <limits>

#include "apps/commands.h"
#include "apps/inspect_report.h"
#include "apps/options/command_line.h"
#include "flowtalk/base/error.h"
#include "flowtalk/formats/describe.h"

namespace flowtalk::apps {
namespace {
constexpr size_t kListedArrays = 24;
}

int inspect(const Args& args) {
  std::vector<std::string> paths;
  bool all = false, json = false;
  int64_t values = formats::kListedValues;
  CLI::App app(
      "Shows what a file or folder holds and whether flowtalk can use it: motion, sound, "
      "checkpoints, face models, pickles, torch, numpy and safetensors files.",
      "flowtalk inspect");
  app.add_option("PATH", paths, "files or folders");
  app.add_flag("--all", all, "list every array");
  app.add_flag("--json", json, "one JSON document per path (docs/inspect.md), one per line");
  app.add_option("--values", values, "with --json, list the values of arrays of up to this many")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app.footer(
      "Examples:\n  flowtalk inspect happy.npy\n  flowtalk inspect models/default --all\n"
      "  flowtalk inspect generic_model.pkl --json\n");
  if (!parse(app, args)) return 0;
  if (paths.empty()) fail_usage("which file? for example: flowtalk inspect motion.npy");
  for (const std::string& path : paths) {
    const Json report = inspect_report(path, values);
    if (json) {
      fmt::print("{}\n", report.dump(-1, ' ', false, Json::error_handler_t::replace));
    } else {
      print_report(report, all ? std::numeric_limits<size_t>::max() : kListedArrays);
    }
  }
  return 0;
}

}  // namespace flowtalk::apps
