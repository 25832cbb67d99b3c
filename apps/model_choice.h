// Which trained model a command uses, and with how many threads.
#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <string>

#include "flowtalk/base/conditions.h"
#include "flowtalk/predict/predictor.h"

namespace flowtalk::apps {

struct ModelChoice {
  std::string checkpoint, encoder;
  int threads = 0;  // 0: one per hardware thread

  void add_to(CLI::App& app);            // --model, --encoder, --threads
  std::filesystem::path folder() const;  // the checkpoint, the default one unless given
  predict::Predictor load() const;
  Conditions conditions() const;  // of the checkpoint, without its weights
};

}  // namespace flowtalk::apps
