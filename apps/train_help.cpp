#include "apps/train_help.h"

#include <fmt/core.h>

#include <array>

#include "flowtalk/train/run_stages.h"

namespace flowtalk::apps {
namespace {

struct Examples {
  const char *stage, *lines;
};
constexpr std::array kExamples = {
    Examples{"all",
             "  flowtalk train all -o models/mine --hours 2\n"
             "  flowtalk train all -o models/mine --data datasets --runs runs\n"},
    Examples{"encoder",
             "  flowtalk data phones -o datasets/phones --hours 2\n"
             "  flowtalk train encoder --phones datasets/phones -o runs/encoder\n"},
    Examples{"prior",
             "  flowtalk train prior --dataset datasets\n"
             "  flowtalk train prior --dataset datasets --model vqvae -o runs/vqvae\n"
             "  flowtalk train prior --dataset datasets --resume --max-epoch 20\n"
             "  flowtalk train prior --dataset datasets --ranks 4 --threads 2\n"},
    Examples{"generator",
             "  flowtalk train generator --dataset datasets\n"
             "  flowtalk train generator --dataset datasets --model diffusion -o runs/diffusion\n"
             "  flowtalk train generator --dataset datasets --encoder hubert-base-ls960 "
             "--features features\n"
             "  flowtalk train generator --dataset datasets --set train.average=0.999 --set "
             "train.patience=5\n"},
    Examples{"features",
             "  flowtalk train features --dataset datasets --features features --part 1/8\n"
             "  sbatch --array=1-8 --wrap 'flowtalk train features --dataset datasets --features "
             "features'\n"},
    Examples{"classifier", "  flowtalk train classifier --dataset datasets\n"},
    Examples{"pack", "  flowtalk train pack runs/generator -o models/mine\n"}};

}  // namespace

std::string train_help(const std::string& stage) {
  std::string text;
  for (const Examples& e : kExamples) {
    if (stage == e.stage) text = fmt::format("Examples:\n{}", e.lines);
  }
  const auto defaults = train::defaults_of(stage);
  if (defaults.empty()) return text;
  text += "\nFields for --set and their defaults (docs/training.md):\n";
  for (const std::string& field : defaults) text += fmt::format("  {}\n", field);
  return text;
}

}  // namespace flowtalk::apps
