// Which checkpoint of a training run is taken. The folder of a run holds epochs/NNNN/ (a checkpoint
// after each epoch) and the links last and best; flowtalk/train/run_folder.h writes it.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace flowtalk::params {

struct RunCheckpoint {
  std::filesystem::path folder;
  // Of a run, which of it: "the best, epoch 3", "the last, epoch 7", "epoch 2"; "" for a folder
  // that is no run.
  std::string which;
};

// Of a run: the checkpoint of `epoch`, else the best, else the last. Any other folder is its own
// answer (its reader says what is wrong with it). Error: `epoch` is not among those of the run,
// which are listed; a checkpoint outside a run is not of that epoch.
RunCheckpoint checkpoint_in(const std::filesystem::path& run_or_checkpoint,
                            std::optional<int> epoch = std::nullopt);

}  // namespace flowtalk::params
