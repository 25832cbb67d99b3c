// flowtalk inspect: what any file or folder holds, and what it is good for.
#include <fmt/core.h>

#include <limits>

#include "apps/commands.h"
#include "apps/options/bind.h"
#include "apps/options/terminal.h"
#include "apps/print_inspect.h"
#include "flowtalk/base/error.h"
#include "flowtalk/formats/describe.h"
#include "flowtalk/pipeline/inspect_report.h"

namespace flowtalk::apps {
namespace {

constexpr size_t kListedArrays = 24;

struct InspectOptions {
  std::vector<std::string> paths;
  bool all = false, json = false;
  int64_t values = formats::kListedValues;

  template <class V>
  void fields(V&& field) {
    field("paths", paths, "files or folders");
    field("all", all, "list every array");
    field("json", json, "one JSON document per path (docs/inspect.md), one per line");
    field("values", values, between(int64_t{0}, int64_t{1} << 40),
          fmt::format("with json, list the values of arrays of up to this many; default {}",
                      formats::kListedValues)
              .c_str());
  }
};

}  // namespace

int inspect(const Args& args) {
  InspectOptions options;
  Command command(
      "flowtalk inspect",
      "Shows what a file or folder holds and whether flowtalk can use it: motion, sound, "
      "checkpoints, face models, avatars, pickles, torch, numpy and safetensors files.",
      "Examples:\n  flowtalk inspect happy.npy\n  flowtalk inspect models/default --all\n"
      "  flowtalk inspect generic_model.pkl --json\n");
  command.bind(options, {{"paths", "PATH"}});
  if (!command.parse(args)) return 0;
  if (options.paths.empty()) fail_usage("which file? for example: flowtalk inspect motion.npy");
  bool all_read = true;
  for (const std::string& path : options.paths) {
    Json report;
    try {
      report = pipeline::inspect_report(path, options.values, flag_of);
    } catch (const Error& e) {
      fmt::print(stderr, "flowtalk: {}\n", spelled(e.marked()));
      all_read = false;
      continue;
    }
    if (options.json) {
      fmt::print("{}\n", report.dump(-1, ' ', false, Json::error_handler_t::replace));
    } else {
      print_report(report, options.all ? std::numeric_limits<size_t>::max() : kListedArrays,
                   command.quiet());
    }
  }
  return all_read ? 0 : 1;
}

}  // namespace flowtalk::apps
