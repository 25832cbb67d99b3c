// flowtalk data check: is a data set complete, well-formed and fit to train on?
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "apps/data_commands.h"
#include "apps/options/bind.h"
#include "flowtalk/base/conditions.h"
#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/base/flame_layout.h"
#include "flowtalk/base/outputs.h"
#include "flowtalk/data/check.h"
#include "flowtalk/data/packed.h"

namespace flowtalk::apps {
namespace {

using data::CheckReport;
using data::Severity;

void print_protocols(const CheckReport& r) {
  fmt::print("\n  {:<10}{:>8}{:>11}{:>12}{:>7}\n", "protocol", "prior", "generator", "validation",
             "test");
  for (const bool paper : {false, true}) {
    fmt::print("  {:<10}{:>8}{:>11}{:>12}{:>7}  clips\n", paper ? "paper" : "clean",
               r.prior_clips(paper), r.splits[0].clips, r.splits[1].clips, r.splits[2].clips);
  }
  fmt::print("  {:<10}{:>8}{:>11.1f}{:>12.1f}{:>7.1f}  min\n", "", "", r.splits[0].minutes,
             r.splits[1].minutes, r.splits[2].minutes);
}

void print_emotions(const CheckReport& r) {
  constexpr std::array kWidths = {8, 11, 12};  // as the columns above
  const auto print_row = [&](const std::string& name, const auto& cells) {
    fmt::print("  {:<10}", name);
    for (size_t l = 0; l < cells.size(); ++l) {
      fmt::print("{:>{}}", cells[l], kWidths[std::min(l, kWidths.size() - 1)]);
    }
    fmt::print("\n");
  };
  fmt::print("\n");
  print_row("emotion", r.conditions.levels);
  for (size_t e = 0; e < r.per_level.size(); ++e) {
    print_row(r.conditions.emotions[e], r.per_level[e]);
  }
}

void print_motion(const CheckReport& r) {
  fmt::print("\n  expression  {:.2f} to {:.2f}, {:.2f} % beyond -3..3\n", r.expression_low,
             r.expression_high, 100 * r.expression_beyond);
  fmt::print("  jaw         {:.2f} to {:.2f}, {:.2f} % beyond -0.1..0.5\n", r.jaw_low, r.jaw_high,
             100 * r.jaw_beyond);
  if (r.lag_clips == 0) {
    fmt::print("  lag         not known: no clip of 2 s in which jaw and voice move\n");
  } else {
    fmt::print(
        "  lag         motion {:+.1f} frames from the sound (correlation {:.2f}, confidence "
        "{:.2f}, {} clips)\n",
        r.lag.frames, r.lag.correlation, r.lag.confidence, r.lag_clips);
  }
}

struct CheckOptions {
  std::string folder = "datasets/mead", json;
  int threads = 0;
  bool all = false;

  template <class V>
  void fields(V&& field) {
    field("folder", folder,
          "holds param/ and wav/, or mead/, or is of `data pack` (default datasets/mead)");
    field("json", json, "also write everything to this file");
    field("all", all, "print every case of every finding, not three");
    field("threads", threads, between(0, 256), "threads; 0 takes all");
  }
};

void print_facts(const CheckReport& report, const CheckOptions& o) {
  fmt::print("{}: {} clips of {} styles, {:.1f} min of motion\n", o.folder, report.clips,
             report.styles, static_cast<double>(report.frames) / flame::kFps / 60);
  print_protocols(report);
  print_emotions(report);
  print_motion(report);
}

}  // namespace

void print_findings(const CheckReport& r, size_t shown, bool quiet) {
  for (const data::Finding& f : r.findings) {
    if (quiet && f.kind->severity == Severity::kNote) continue;
    fmt::print("\n{:<8}{} ({}): {}\n", data::name_of(f.kind->severity), f.kind->name,
               f.cases.size(), f.kind->meaning);
    const size_t count = std::min(shown, f.cases.size());
    for (size_t i = 0; i < count; ++i) fmt::print("        {}\n", f.cases[i]);
    if (count < f.cases.size()) {
      fmt::print("        and {} more (--all, --json)\n", f.cases.size() - count);
    }
  }
}

int data_check(const Args& args) {
  CheckOptions o;
  Command command(
      "flowtalk data check",
      "Checks a data set in 3DMEAD's layout: names, pairs, shapes, ranges, lengths, the lag "
      "between voice and motion, the splits. Exit code 1 if an error makes training wrong; "
      "warnings and notes leave it at 0. docs/data.md explains each finding.",
      "Examples:\n  flowtalk data check datasets/mead\n"
      "  flowtalk data check datasets/mead --json check.json\n");
  command.bind(o, {{"folder", "FOLDER"}});
  if (!command.parse(args)) return 0;
  if (data::is_packed(o.folder)) return data_check_packed(o.folder, o.json, command.quiet());
  check_report(o.json, ".json");
  if (std::filesystem::is_directory(std::filesystem::path(o.folder) / "mead")) o.folder += "/mead";
  const CheckReport report = data::check_dataset(o.folder, o.threads, command.quiet());
  if (!o.json.empty()) save_file(o.json, data::to_json(report).dump(2) + "\n");
  if (!command.quiet()) print_facts(report, o);
  print_findings(report, o.all ? SIZE_MAX : 3, command.quiet());
  std::fflush(stdout);
  if (report.count(Severity::kError) == 0) return 0;
  const data::Finding& first = report.findings.front();
  fail("{}: {} ({}): {}; for example {}", o.folder, first.kind->name, first.cases.size(),
       first.kind->meaning, first.cases.front());
}

}  // namespace flowtalk::apps
