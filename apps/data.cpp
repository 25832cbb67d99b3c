// flowtalk data: makes a corpus to train on, imports one, or checks one.
#include <fmt/core.h>

#include <filesystem>

#include "apps/commands.h"
#include "apps/data_commands.h"
#include "apps/options/command_line.h"
#include "flowtalk/synth/corpus.h"
#include "flowtalk/synth/phone_corpus.h"

namespace flowtalk::apps {
namespace {

constexpr const char* kOverview =
    "Makes, imports or checks a corpus to train on.\n"
    "Usage: flowtalk data synth|benchmark|phones|import-mead|check [OPTIONS]\n\n"
    "  synth         voices and emotional motion of 32 made-up speakers, in 3DMEAD's layout\n"
    "  benchmark     a frozen corpus by name, checked by hash: synth-s, synth-m\n"
    "  phones        speech with known phones, for the speech encoder\n"
    "  import-mead   MEAD and its EMICA reconstruction into 3DMEAD's layout\n"
    "  check         is a data set complete, well-formed and fit to train on?\n\n"
    "Examples:\n"
    "  flowtalk data synth -o datasets --clips-per-style 60\n"
    "  flowtalk data benchmark synth-m -o datasets\n"
    "  flowtalk data phones -o datasets/phones --hours 3\n"
    "  flowtalk data import-mead --reconstruction emica/ --audio MEAD/ -o datasets\n"
    "  flowtalk data check datasets/mead\n";

void print_left_out(const std::string& what) {
  if (!what.empty()) fmt::print("  left out: {}\n", what);
}

int synth_command(const Args& args) {
  synth::CorpusOptions options;
  options.out = "datasets";
  CLI::App app(
      "Makes the synthetic emotional corpus in 3DMEAD's layout: FOLDER/mead/{param,wav,phones} and "
      "FOLDER/regions. The same seed gives the same files; an interrupted run goes on where it "
      "stopped.",
      "flowtalk data synth");
  app.add_option("-o,--output,--save-path", options.out, "folder (default datasets)");
  app.add_option("--seed", options.seed, "of everything that is drawn (default 1)")
      ->check(whole_number());
  app.add_option("--clips-per-style", options.clips_per_style,
                 "of the 670 of each of the 32 styles; 0 makes all (default 60)")
      ->check(CLI::Range(0, 670));
  app.add_flag("!--no-real-prompts", options.real_prompts,
               "leave out the recorded prompts of Debian's asterisk packages");
  app.add_flag("!--no-augment", options.augment, "no noise, rooms or bandwidth limits");
  app.add_option("--threads", options.threads, "threads (default: all)")->check(CLI::Range(0, 256));
  app.add_flag("-q,--quiet", options.quiet, "print nothing");
  if (!parse(app, args)) return 0;
  const synth::CorpusReport report = synth::make_corpus(options);
  if (options.quiet) return 0;
  fmt::print(
      "{}: {} clips written, {} were there, {:.1f} min of speech, {} with a recorded voice\n",
      options.out.string(), report.written, report.kept, report.duration_s / 60, report.real);
  print_left_out(report.left_out);
  return 0;
}

int phones_command(const Args& args) {
  synth::PhoneCorpusOptions options;
  std::string folder = "datasets/phones";
  CLI::App app("Makes speech with known phones, to train the speech encoder on.",
               "flowtalk data phones");
  app.add_option("-o,--output,--save-path", folder, "folder (default datasets/phones)");
  app.add_option("--seed", options.seed, "of everything that is drawn (default 1)")
      ->check(whole_number());
  app.add_option("--hours", options.hours, "of synthetic English (default 2.75)")
      ->check(number_between(0.001, 1000));
  app.add_option("--foreign-share", options.foreign_share,
                 "so much again in Mandarin, Japanese, Spanish and German (default 0.25)")
      ->check(number_between(0, 10));
  app.add_flag("!--no-real-prompts", options.real_prompts,
               "leave out the recorded prompts of Debian's asterisk packages");
  app.add_option("--threads", options.threads, "threads (default: all)")->check(CLI::Range(0, 256));
  app.add_flag("-q,--quiet", options.quiet, "print nothing");
  if (!parse(app, args)) return 0;
  const synth::PhoneCorpusReport report = synth::make_phone_corpus(options, folder);
  if (options.quiet) return 0;
  fmt::print("{}: {} synthetic clips, {:.1f} min; {:.1f} min of recorded prompts\n", folder,
             report.synthetic_clips, report.synthetic_s / 60, report.real_s / 60);
  print_left_out(report.left_out);
  return 0;
}

}  // namespace

int data(const Args& args) {
  if (args.empty() || args[0] == "--help" || args[0] == "-h") {
    fmt::print("{}", kOverview);
    return 0;
  }
  const Args rest(args.begin() + 1, args.end());
  if (args[0] == "synth") return synth_command(rest);
  if (args[0] == "benchmark") return data_benchmark(rest);
  if (args[0] == "phones") return phones_command(rest);
  if (args[0] == "import-mead") return data_import_mead(rest);
  if (args[0] == "check") return data_check(rest);
  fail_unknown_command("flowtalk data", args[0],
                       {"synth", "benchmark", "phones", "import-mead", "check"});
}

}  // namespace flowtalk::apps
