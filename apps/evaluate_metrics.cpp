// flowtalk evaluate --ground-truth ... / --dataset ...: the field's metrics.
#include <fmt/core.h>

#include "apps/evaluate_commands.h"
#include "apps/options/bind.h"
#include "apps/options/terminal.h"
#include "flowtalk/pipeline/metrics.h"

namespace flowtalk::apps {
namespace {

constexpr const char* kFooter =
    "Examples:\n"
    "  flowtalk evaluate --ground-truth recorded --predictions predicted --regions regions \\\n"
    "      --json metrics.json\n"
    "  flowtalk evaluate --dataset datasets/mead --num-samples 10 -o outputs/evaluation\n"
    "  flowtalk evaluate --dataset datasets/mead --part 2/8 -o parts\n"
    "  flowtalk evaluate --merge -o parts\n"
    "A folder holds one .npy file per sequence, or .npz or .safetensors files of many. Arrays are\n"
    "vertices (T, V, 3) in metres or FLAME parameters (T, 403), (T, 353), (T, 53); several "
    "samples\n"
    "are a first axis, or files NAME_0.npy, NAME_1.npy, ... or NAME_sample0.npy, ...\n"
    "docs/math/metrics.md defines every figure and the JSON.\n";

}  // namespace

int evaluate_metrics(const Args& args) {
  pipeline::MetricsOptions options;
  Command command(
      "flowtalk evaluate",
      "Measures predicted faces against recorded ones: files (--ground-truth, --predictions), or a "
      "model that predicts a data set (--dataset). 'flowtalk evaluate lips' needs no ground truth; "
      "'flowtalk evaluate restyle' measures performances under other emotions.",
      kFooter);
  command.bind(options, {{"ground_truth", "--ground-truth,--gt"},
                         {"card", "--card,--html"},
                         {"output", "-o,--output,--out"}});
  if (!command.parse(args)) return 0;
  options.command = typed("flowtalk evaluate", args);
  const auto measured = pipeline::measure(options, terminal(command.quiet()));
  if (measured.of_part) {
    if (!command.quiet()) {
      fmt::print("{} clips measured, kept in {}; --merge joins all parts\n",
                 measured.report.sequences.size(), options.output);
    }
    return 0;
  }
  fmt::print("{}", evaluate::report_table(measured.report));
  if (command.quiet()) return 0;
  for (const std::string& note : measured.report.notes) fmt::print("{}\n", note);
  for (const std::string& path : measured.written) fmt::print("written: {}\n", path);
  return 0;
}

}  // namespace flowtalk::apps
