#include "apps/model_choice.h"

namespace flowtalk::apps {

void ModelChoice::add_to(CLI::App& app) {
  app.add_option("--model,--checkpoint", checkpoint,
                 "checkpoint folder (default: the one that ships)");
  app.add_option("--encoder", encoder,
                 "HuBERT folder of Hugging Face, for models that were trained with one");
  app.add_option("--threads", threads, "threads to compute with (default: all)")
      ->check(CLI::Range(0, 256));
}

std::filesystem::path ModelChoice::folder() const {
  return checkpoint.empty() ? predict::default_checkpoint() : std::filesystem::path(checkpoint);
}

predict::Predictor ModelChoice::load() const {
  return predict::Predictor::load(folder(), threads, encoder);
}

Conditions ModelChoice::conditions() const { return predict::load_config(folder()).conditions; }

}  // namespace flowtalk::apps
