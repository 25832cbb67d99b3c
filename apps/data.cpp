// flowtalk data: makes a corpus to train on, or checks one.
#include <fmt/core.h>

#include <array>
#include <filesystem>

#include "apps/command_line.h"
#include "apps/commands.h"
#include "flowtalk/base/conditions.h"
#include "flowtalk/base/error.h"
#include "flowtalk/base/flame_layout.h"
#include "flowtalk/data/index.h"
#include "flowtalk/synth/corpus.h"
#include "flowtalk/synth/phone_corpus.h"

namespace flowtalk::apps {
namespace {

constexpr const char* kOverview =
    "Makes or checks a corpus to train on.\n"
    "Usage: flowtalk data synth|phones|check [OPTIONS]\n\n"
    "  synth    voices and emotional motion of 32 made-up speakers, in 3DMEAD's layout\n"
    "  phones   speech with known phones, for the speech encoder\n"
    "  check    is a data set complete and well-formed?\n\n"
    "Examples:\n"
    "  flowtalk data synth -o datasets --clips-per-style 60\n"
    "  flowtalk data phones -o datasets/phones --hours 3\n"
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
  app.add_option("--seed", options.seed, "of everything that is drawn (default 1)");
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
  app.add_option("--seed", options.seed, "of everything that is drawn (default 1)");
  app.add_option("--hours", options.hours, "of synthetic speech (default 2.75)")
      ->check(CLI::Range(0.001, 1000.0));
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

int check_command(const Args& args) {
  std::string folder = "datasets/mead";
  CLI::App app(
      "Checks a data set in 3DMEAD's layout: names, pairs of voice and motion, and every motion "
      "file's shape and numbers.",
      "flowtalk data check");
  app.add_option("FOLDER", folder, "the folder that holds param/ and wav/ (default datasets/mead)");
  if (!parse(app, args)) return 0;
  data::Index index = data::scan_dataset(folder);
  std::array<int64_t, kEmotions.size()> per_emotion{};
  int64_t frames = 0;
  for (const data::Clip& clip : index.clips) {
    ++per_emotion[static_cast<size_t>(clip.name.emotion)];
    try {
      frames += data::load_motion(clip.npy).dim(0);
    } catch (const Error& e) {
      index.problems.emplace_back(e.what());
    }
  }
  fmt::print("{}: {} clips, {:.1f} min\n", folder, index.clips.size(),
             static_cast<double>(frames) / flame::kFps / 60);
  for (size_t i = 0; i < kEmotions.size(); ++i) {
    fmt::print("  {:<10}{:>6}\n", kEmotions[i], per_emotion[i]);
  }
  for (const std::string& problem : index.problems) fmt::print("  {}\n", problem);
  if (index.problems.empty()) return 0;
  fail("{}: {} problems, listed above; mend or remove these files", folder, index.problems.size());
}

}  // namespace

int data(const Args& args) {
  if (args.empty() || args[0] == "--help" || args[0] == "-h") {
    fmt::print("{}", kOverview);
    return 0;
  }
  const Args rest(args.begin() + 1, args.end());
  if (args[0] == "synth") return synth_command(rest);
  if (args[0] == "phones") return phones_command(rest);
  if (args[0] == "check") return check_command(rest);
  fail_unknown_command("flowtalk data", args[0], {"synth", "phones", "check"});
}

}  // namespace flowtalk::apps
