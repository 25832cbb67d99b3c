// flowtalk data fit-rules: the rules of the synthetic corpus, fitted to recorded people.
#include <fmt/core.h>

#include "apps/data_commands.h"
#include "apps/options/bind.h"
#include "apps/options/terminal.h"
#include "flowtalk/pipeline/fit_rules.h"

namespace flowtalk::apps {
namespace {

void print_part(const pipeline::RulePart& part) {
  fmt::print("\n{} ({} clips)\n  {:<26}{:>9}{:>9}{:>9}\n", part.name, part.clips, "", "people",
             "before", "after");
  const auto row = [](const char* name, double people, double before, double after, int decimals) {
    fmt::print("  {:<26}{:>9.{}f}{:>9.{}f}{:>9.{}f}\n", name, people, decimals, before, decimals,
               after, decimals);
  };
  const auto &p = part.people, &b = part.before, &a = part.after;
  row("r at lag 0", p.r, b.r, a.r, 3);
  row("best r", p.best_r, b.best_r, a.best_r, 3);
  row("its lag (ms)", p.lag_ms, b.lag_ms, a.lag_ms, 0);
  row("closures, F1", p.closure_f1, b.closure_f1, a.closure_f1, 3);
  row("closures per s of speech", p.closures_per_s, b.closures_per_s, a.closures_per_s, 2);
  row("gap apart (mm)", p.rms_mm, b.rms_mm, a.rms_mm, 2);
  row("jaw speed (1/s)", p.jaw_speed, b.jaw_speed, a.jaw_speed, 2);
  row("jaw's r with loudness", p.jaw_loudness_r, b.jaw_loudness_r, a.jaw_loudness_r, 2);
}

}  // namespace

int data_fit_rules(const Args& args) {
  pipeline::FitRulesOptions options;
  Command command(
      "flowtalk data fit-rules",
      "Fits the rules that move the mouths of the synthetic corpus to recorded people: targets and "
      "pulls of the visemes, closures, timing. Two thirds of the clips are fitted to, the others "
      "only measured. The new numbers go into flowtalk/synth/lip_numbers.cpp.",
      "Examples:\n  flowtalk data fit-rules grid_s1 grid_s1_more --table numbers.txt\n"
      "  flowtalk data fit-rules grid_s1 --measure-only\n");
  command.bind(options, {{"recordings", "FOLDER"}});
  if (!command.parse(args)) return 0;
  const auto outcome = pipeline::fit_rules(options, terminal(command.quiet()));
  if (command.quiet()) return 0;
  for (const auto& part : outcome.parts) print_part(part);
  return 0;
}

}  // namespace flowtalk::apps
