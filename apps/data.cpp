// flowtalk data: makes a corpus to train on, imports one, or checks one.
#include <fmt/core.h>

#include "apps/commands.h"
#include "apps/data_commands.h"
#include "apps/options/bind.h"
#include "apps/options/terminal.h"
#include "flowtalk/synth/corpus.h"
#include "flowtalk/synth/phone_corpus.h"

namespace flowtalk::apps {
namespace {

constexpr const char* kOverview =
    "Makes, imports or checks a corpus to train on.\n"
    "Usage: flowtalk data "
    "synth|benchmark|phones|align|fit-rules|import-mead|import-recordings|import-arkit|check|pack "
    "[OPTIONS]\n\n"
    "  synth         voices and emotional motion of 32 made-up speakers, in 3DMEAD's layout\n"
    "  benchmark     a frozen corpus by name, checked by hash: synth2-s, synth2-m\n"
    "  phones        speech with known phones, for the speech encoder\n"
    "  align         the phones of recorded prompts, which corpora take from a list, heard anew\n"
    "  fit-rules     the rules of the synthetic corpus, fitted to recorded people\n"
    "  import-mead   MEAD and its EMICA reconstruction into 3DMEAD's layout\n"
    "  import-recordings  people in front of a camera, the head fitted to points of their faces\n"
    "  import-arkit  takes of an iPhone (Live Link Face) or of BEAT, with their sound\n"
    "  check         is a data set complete, well-formed and fit to train on?\n"
    "  pack          a data set and its speech features as a few large files to train from\n\n"
    "Examples:\n"
    "  flowtalk data synth -o datasets --clips-per-style 60\n"
    "  flowtalk data benchmark synth2-m -o datasets\n"
    "  flowtalk data phones -o datasets/phones --hours 3\n"
    "  flowtalk data import-mead --reconstruction emica/ --audio MEAD/ -o datasets\n"
    "  flowtalk data check datasets/mead\n"
    "  flowtalk data pack --dataset datasets -o packed\n";

void warn_of_left_out(const std::string& what) {
  if (!what.empty()) terminal(true).warn("left out: " + what);
}

int synth_command(const Args& args) {
  synth::CorpusOptions options;
  options.out = "datasets";
  Command command(
      "flowtalk data synth",
      "Makes the synthetic emotional corpus in 3DMEAD's layout: FOLDER/mead/{param,wav,phones} and "
      "FOLDER/regions. The same seed gives the same files; an interrupted run goes on where it "
      "stopped.");
  command.bind(options, {{"real_prompts", "!--no-real-prompts"}, {"augment", "!--no-augment"}});
  if (!command.parse(args)) return 0;
  options.quiet = command.quiet();
  const synth::CorpusReport report = synth::make_corpus(options);
  warn_of_left_out(report.left_out);
  if (options.quiet) return 0;
  fmt::print(
      "{}: {} clips written, {} were there, {:.1f} min of speech, {} with a recorded voice\n",
      options.out.string(), report.written, report.kept, report.duration_s / 60, report.real);
  return 0;
}

struct PhonesOptions {
  synth::PhoneCorpusOptions corpus;
  std::string output = "datasets/phones";

  template <class V>
  void fields(V&& field) {
    field("output", output, "folder (default datasets/phones)");
    field("corpus", corpus, "what is spoken");
  }
};

int phones_command(const Args& args) {
  PhonesOptions options;
  Command command("flowtalk data phones",
                  "Makes speech with known phones, to train the speech encoder on.");
  command.bind(options, {{"real_prompts", "!--no-real-prompts"}});
  if (!command.parse(args)) return 0;
  options.corpus.quiet = command.quiet();
  const auto report = synth::make_phone_corpus(options.corpus, options.output);
  warn_of_left_out(report.left_out);
  if (options.corpus.quiet) return 0;
  fmt::print("{}: {} synthetic clips, {:.1f} min; {:.1f} min of recorded prompts\n", options.output,
             report.synthetic_clips, report.synthetic_s / 60, report.real_s / 60);
  return 0;
}

}  // namespace

int data(const Args& args) {
  if (asks_for_overview(args)) return show_overview(args, kOverview);
  const Args rest(args.begin() + 1, args.end());
  if (args[0] == "synth") return synth_command(rest);
  if (args[0] == "benchmark") return data_benchmark(rest);
  if (args[0] == "phones") return phones_command(rest);
  if (args[0] == "align") return data_align(rest);
  if (args[0] == "fit-rules") return data_fit_rules(rest);
  if (args[0] == "import-mead") return data_import_mead(rest);
  if (args[0] == "import-recordings") return data_import_recordings(rest);
  if (args[0] == "import-arkit") return data_import_arkit(rest);
  if (args[0] == "check") return data_check(rest);
  if (args[0] == "pack") {
    Args words = {"data-pack"};
    words.insert(words.end(), rest.begin(), rest.end());
    return train(words);
  }
  fail_unknown_command("flowtalk data", args[0],
                       {"synth", "benchmark", "phones", "align", "fit-rules", "import-mead",
                        "import-recordings", "import-arkit", "check", "pack"});
}

}  // namespace flowtalk::apps
