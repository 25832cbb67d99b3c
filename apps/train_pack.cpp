// flowtalk train pack: a finished run as a model to ship: float16 weights, no training state.
#include <filesystem>

#include "apps/train_commands.h"
#include "flowtalk/base/error.h"
#include "flowtalk/params/checkpoint.h"
#include "flowtalk/pipeline/outputs.h"
#include "flowtalk/train/loop.h"

namespace flowtalk::apps {

int train_pack(const Args& args) {
  CLI::App app("Write the model of a run without its training state", "flowtalk train pack");
  std::string run, out;
  bool full = false;
  app.add_option("run", run, "run folder or checkpoint")->required();
  app.add_option("-o,--out", out, "folder of the packed model")->required();
  app.add_flag("--float32", full, "keep 32-bit weights");
  if (!parse(app, args)) return 0;
  out = pipeline::model_folder(out).string();
  const auto checkpoint = params::load_checkpoint(train::checkpoint_of(run));
  formats::NamedTensors tensors;
  for (const auto& name : checkpoint.weights.names()) {
    tensors.emplace_back(name, checkpoint.weights.load(name));
  }
  // What else stands in the folder (a model card) is kept.
  params::save_checkpoint(
      out, checkpoint.config, tensors, full ? formats::Dtype::kF32 : formats::Dtype::kF16,
      [&](const std::filesystem::path& fresh) {
        const std::filesystem::path card = std::filesystem::path(out) / "card.md";
        if (std::filesystem::exists(card)) {
          std::filesystem::copy_file(card, fresh / "card.md");
        }
      });
  return 0;
}

}  // namespace flowtalk::apps
