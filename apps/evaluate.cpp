// flowtalk evaluate: measures of motion.
#include "apps/commands.h"
#include "apps/evaluate_commands.h"
#include "apps/options/command_line.h"
#include "flowtalk/base/error.h"

namespace flowtalk::apps {
namespace {

constexpr const char* kOverview =
    "Measures motion: against recorded faces, or against the voice alone.\n"
    "Usage: flowtalk evaluate --ground-truth DIR --predictions DIR [OPTIONS]\n"
    "       flowtalk evaluate --dataset DIR [--model CHECKPOINT] [OPTIONS]\n"
    "       flowtalk evaluate lips [OPTIONS]\n"
    "       flowtalk evaluate liveliness [MOTION ...] [--recordings DIR] [OPTIONS]\n"
    "       flowtalk evaluate phones --encoder RUN --labelled DIR ... [OPTIONS]\n"
    "       flowtalk evaluate recorded --recordings DIR ... [OPTIONS]\n"
    "       flowtalk evaluate restyle --dataset DIR [OPTIONS]\n\n"
    "  --ground-truth  MVE, LVE, EVE, FDD, MEE, CE and diversity of predicted files\n"
    "  --dataset       the same for a model that predicts a split of a data set\n"
    "  lips            are the lips closed where P, B, M are heard, and open where open vowels "
    "are?\n"
    "  liveliness      how heads turn, eyes look and lids blink, beside recorded people\n"
    "  phones          what an encoder hears beside what people wrote down\n"
    "  recorded        a model's lips, jaw, lids and brows beside recorded people, on their "
    "voices\n"
    "  restyle         is the new emotion of restyled performances seen, and do the lips stay?\n"
    "\nExamples:\n"
    "  flowtalk evaluate --ground-truth recorded/ --predictions predicted/ --regions regions/\n"
    "  flowtalk evaluate --dataset datasets/mead --num-samples 10 -o outputs/evaluation\n"
    "  flowtalk evaluate lips --audio recordings/\n"
    "  flowtalk evaluate liveliness lively.npz --recordings takes/\n"
    "  flowtalk evaluate phones --encoder runs/encoder --labelled sentences/\n"
    "  flowtalk evaluate recorded --recordings takes/\n"
    "  flowtalk evaluate restyle --dataset datasets --every 2\n"
    "\n'flowtalk evaluate --dataset --help' and 'flowtalk evaluate lips --help', as of each of the "
    "others,\nlist all options.\n";

}  // namespace

int evaluate(const Args& args) {
  if (args.empty()) return show_overview(args, kOverview);
  if (args[0] == "lips") return evaluate_lips({args.begin() + 1, args.end()});
  if (args[0] == "liveliness") return evaluate_liveliness({args.begin() + 1, args.end()});
  if (args[0] == "phones") return evaluate_phones({args.begin() + 1, args.end()});
  if (args[0] == "recorded") return evaluate_recorded({args.begin() + 1, args.end()});
  if (args[0] == "restyle") return evaluate_restyle({args.begin() + 1, args.end()});
  if (args[0].starts_with("-")) return evaluate_metrics(args);
  fail_unknown_command(
      "flowtalk evaluate", args[0],
      {"lips", "liveliness", "phones", "recorded", "restyle", "--ground-truth", "--dataset"});
}

}  // namespace flowtalk::apps
