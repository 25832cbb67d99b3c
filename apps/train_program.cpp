// flowtalk-train: the program behind `flowtalk train`; the only one that links libtorch.
#include <cstdio>
#include <exception>

#include "apps/options/command_line.h"
#include "apps/options/terminal.h"
#include "apps/train_commands.h"
#include "flowtalk/base/error.h"
#include "flowtalk/base/interruption.h"
#include "flowtalk/train/blas.h"

namespace {

int run(const flowtalk::apps::Args& words) {
  using namespace flowtalk::apps;
  const std::vector<std::string> known = {"all",       "encoder",    "prior",
                                          "generator", "classifier", "pack"};
  if (words.empty() || words[0] == "--help" || words[0] == "-h") {
    std::puts(
        "Usage: flowtalk train STAGE [options]\n\n"
        "  all         corpora, every stage and the packed model, in one resumable command\n"
        "  encoder     a small HuBERT from speech with phone times (make it with `data phones`)\n"
        "  prior       stage 1: the motion prior (VAE)\n"
        "  generator   stage 2: emotion graph, fusion and flow over a prior and an encoder\n"
        "  classifier  the judge of `evaluate`: emotion and strength of recorded motion\n"
        "  pack        a finished run as a model to ship, with 16-bit weights\n\n"
        "`flowtalk train STAGE --help` lists the options. docs/training.md has the whole recipe.");
    return words.empty() ? 2 : 0;
  }
  const Args rest(words.begin() + 1, words.end());
  if (words[0] == "all") return train_all(rest);
  if (words[0] == "encoder") return train_encoder(rest);
  if (words[0] == "prior") return train_prior(rest);
  if (words[0] == "generator") return train_generator(rest);
  if (words[0] == "classifier") return train_classifier(rest);
  if (words[0] == "pack") return train_pack(rest);
  fail_unknown_command("train", words[0], known);
}

}  // namespace

int main(int argc, char** argv) {
  flowtalk::train::restart_with_fast_blas(argv);
  flowtalk::clean_up_when_interrupted();
  try {
    flowtalk::train::check_blas();
    return run(flowtalk::apps::in_kebab_case({argv + 1, argv + argc}));
  } catch (const flowtalk::Error& e) {
    std::fprintf(stderr, "flowtalk: %s\n", flowtalk::apps::spelled(e.marked()).c_str());
    return e.exit_code();
  } catch (const std::exception& e) {
    std::fprintf(stderr, "flowtalk: internal error: %s\n", e.what());
    return 1;
  }
}
