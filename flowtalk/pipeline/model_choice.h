// Which trained model a command uses, and with how many threads.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "flowtalk/base/reporter.h"
#include "flowtalk/params/run_checkpoint.h"
#include "flowtalk/predict/session.h"

namespace flowtalk::pipeline {

struct ModelOptions {
  std::string model, encoder;
  int threads = 0;  // 0: one per hardware thread

  template <class V>
  void fields(V&& field) {
    field("model", model,
          "checkpoint, or run of training: its best epoch (default: the model that ships)");
    field("encoder", encoder,
          "folder of the HuBERT or wav2vec 2.0 that the model was trained with, if it was with one "
          "of Hugging Face");
    field("threads", threads, between(0, 256), "threads to compute with; 0 takes all");
  }

  // The checkpoint, the default one unless given; of a run see params::checkpoint_in.
  params::RunCheckpoint checkpoint(std::optional<int> epoch = std::nullopt) const;
  std::filesystem::path folder() const { return checkpoint().folder; }
  Conditions conditions() const;  // the model's, without its weights
  // Notes which epoch of a run it is, and what of the encoder's weights is left unread.
  predict::Session load(const Reporter& reporter) const;
};

}  // namespace flowtalk::pipeline
