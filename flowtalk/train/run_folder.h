// The folder of a run: run.json (stage, configuration and inputs), losses.csv, losses.svg,
// epochs/NNNN/ (a checkpoint after each epoch), last and best (links to two of them).
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "flowtalk/base/fields.h"
#include "flowtalk/base/folder_lock.h"
#include "flowtalk/train/train_config.h"

namespace flowtalk::train {

// Opened before anything of the run is read, and locked until it dies. Errors: it holds a run and
// resume is not asked for; the run to go on with is of another stage or began with another
// configuration (all but train.max_epoch must be the same); another process works in it.
class RunFolder {
 public:
  // `config` holds every field of the stage's configuration.
  RunFolder(const RunOptions& run, const std::string& stage, Json config);

  const std::filesystem::path& path() const { return path_; }
  const RunOptions& options() const { return run_; }
  // The checkpoint that the run goes on after; nothing for a new one.
  std::optional<std::filesystem::path> checkpoint() const;
  // Writes run.json.
  void record() const;

 private:
  void check_config() const;

  RunOptions run_;
  std::string stage_;
  Json config_;
  std::filesystem::path path_;
  FolderLock lock_;
};

// The best checkpoint of a run folder, else the newest; the folder itself if it is a checkpoint.
std::filesystem::path checkpoint_of(const std::filesystem::path& run_or_checkpoint);

// Finished epochs of a run folder; 0 if it holds none.
int64_t finished_epochs(const std::filesystem::path& run);

}  // namespace flowtalk::train
