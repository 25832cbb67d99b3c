// Which trained model a command uses, and with how many threads.
#pragma once

#include <filesystem>
#include <string>

#include "flowtalk/predict/session.h"

namespace flowtalk::pipeline {

struct ModelOptions {
  std::string model, encoder;
  int threads = 0;  // 0: one per hardware thread

  template <class V>
  void fields(V&& field) {
    field("model", model, "checkpoint folder (default: the one that ships)");
    field("encoder", encoder,
          "HuBERT folder of Hugging Face, for models that were trained with one");
    field("threads", threads, between(0, 256), "threads to compute with; 0 takes all");
  }

  std::filesystem::path folder() const;  // the checkpoint, the default one unless given
  Conditions conditions() const;         // the model's, without its weights
  predict::Session load() const;
};

}  // namespace flowtalk::pipeline
