// flowtalk-train: the program behind `flowtalk train`; the only one that links libtorch.
#include <fmt/core.h>

#include <array>
#include <cstdio>
#include <exception>

#include "apps/options/bind.h"
#include "apps/options/terminal.h"
#include "apps/train_encoder.h"
#include "apps/train_help.h"
#include "apps/train_words.h"
#include "flowtalk/base/error.h"
#include "flowtalk/base/interruption.h"
#include "flowtalk/train/blas.h"
#include "flowtalk/train/launch.h"
#include "flowtalk/train/run_stages.h"
#include "flowtalk/train/train_all.h"

namespace flowtalk::apps {
namespace {

const std::vector<Spelling> kSpellings = {{"out", "-o,--out,--output,--save-path"},
                                          {"set", "", true},
                                          {"run", "RUN,--run"},
                                          {"model", "--model"},
                                          {"real_prompts", "!--no-real-prompts"}};

// A stage: its options are read, then it runs.
template <class Options, auto kRun>
void stage(const std::string& name, const std::string& summary, const Args& args) {
  Options options;
  Command command("flowtalk train " + name, summary, train_help(name));
  command.bind(options, kSpellings);
  if (!command.parse(args)) return;
  if constexpr (requires { options.quiet; }) options.quiet = command.quiet();
  if constexpr (requires { options.stage; }) {
    options.stage.run.quiet = command.quiet();
    Args words = args;
    words.insert(words.begin(), name);
    train::in_ranks(options.stage, words, [&] { kRun(options); });
  } else {
    kRun(options);
  }
}
void run_generator(train::GeneratorOptions options) {
  if (!options.from.empty()) train::take_parts(options);
  options.encoder_note = choose_encoder(options.encoder);
  train::run_generator(options);
}
void run_features(train::FeaturesOptions options) {
  choose_encoder(options.encoder);
  train::run_features(options);
}
void run_all(train::TrainAllOptions options) {
  options.flag = flag_of;
  train::train_all(options);
}

struct Stage {
  const char *name, *summary;
  void (*run)(const std::string&, const std::string&, const Args&);
};
constexpr std::array kStages = {
    Stage{"all", "Corpora, every stage and the packed model, in one resumable command.",
          stage<train::TrainAllOptions, run_all>},
    Stage{"encoder", "A small HuBERT from speech with phone times (make it with `data phones`).",
          stage<train::EncoderOptions, train::run_encoder>},
    Stage{"prior", "Stage 1: the motion prior.", stage<train::PriorOptions, train::run_prior>},
    Stage{"generator", "Stage 2: emotion graph, fusion and generator over a prior and an encoder.",
          stage<train::GeneratorOptions, run_generator>},
    Stage{"features", "The speech features of a data set, in parts, before a generator reads them.",
          stage<train::FeaturesOptions, run_features>},
    Stage{"classifier", "The judge of `evaluate`: emotion and strength of recorded motion.",
          stage<train::ClassifierOptions, train::run_classifier>},
    Stage{"pack", "A finished run as a model to ship, with 16-bit weights.",
          stage<train::PackOptions, train::pack>}};

std::string overview() {
  std::string text = "Usage: flowtalk train STAGE [options]\n\n";
  for (const Stage& s : kStages) text += fmt::format("  {:<10}  {}\n", s.name, s.summary);
  return text + "\n`flowtalk train STAGE --help` lists the options; docs/training.md has more.\n";
}

int run(const Args& given) {
  const Args words = given.empty() ? given : with_stage(given);
  if (asks_for_overview(words)) return show_overview(words, overview());
  if (words[0] == kDataPack) return data_pack({words.begin() + 1, words.end()});
  std::vector<std::string> known;
  for (const Stage& s : kStages) {
    known.emplace_back(s.name);
    if (words[0] != s.name) continue;
    s.run(s.name, s.summary, {words.begin() + 1, words.end()});
    return 0;
  }
  fail_unknown_command("flowtalk train", words[0], known);
}

}  // namespace
}  // namespace flowtalk::apps

int main(int argc, char** argv) {
  flowtalk::train::restart_with_fast_blas(argv);
  flowtalk::clean_up_when_interrupted();
  flowtalk::hold_stop_requests();
  try {
    flowtalk::train::check_blas();
    int code = 0;
    flowtalk::train::leave_to_leader([&] {
      code = flowtalk::apps::run(flowtalk::apps::in_kebab_case({argv + 1, argv + argc}));
    });
    return code;
  } catch (const flowtalk::train::Unheard& e) {
    return e.exit_code();
  } catch (const flowtalk::Error& e) {
    std::fprintf(stderr, "flowtalk: %s\n", flowtalk::apps::spelled(e.marked()).c_str());
    return e.exit_code();
  } catch (const std::exception& e) {
    std::fprintf(stderr, "flowtalk: internal error: %s\n", e.what());
    return 1;
  }
}
