// The folder of a run: run.json (stage, format, configuration and inputs), losses.csv, losses.svg,
// events.out.tfevents.* (the same for TensorBoard), epochs/NNNN/ (a checkpoint after each epoch),
// last and best (links to two of them), stopped/ (a checkpoint within an epoch, until that ends).
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "flowtalk/base/fields.h"
#include "flowtalk/base/folder_lock.h"
#include "flowtalk/train/ranks.h"
#include "flowtalk/train/train_config.h"

namespace flowtalk::train {

// Opened before anything of the run is read, and locked until it dies; by the leader of its ranks,
// the others hear from it. Errors: it holds a run and
// resume is not asked for; the run to go on with is of another stage or began with another
// configuration (all but train.max_epoch, train.patience and mean_of_last); another process works
// in it. A folder that was made for a run of which nothing came is removed again.
class RunFolder {
 public:
  // A configuration that was recorded, with the fields that it lacks.
  using Complete = std::function<Json(const Json& before, const std::string& where)>;

  // `config` holds every field of the stage's configuration.
  RunFolder(
      const RunOptions& run, const std::string& stage, Json config,
      const Complete& complete = [](const Json& before, const std::string&) { return before; });
  // A field that the record of an older run lacks had its default.
  template <class Config>
  requires fields_detail::HasFields<Config> RunFolder(const RunOptions& run,
                                                      const std::string& stage,
                                                      const Config& config)
      : RunFolder(run, stage, to_json(config), [](const Json& before, const std::string& where) {
          Config recorded;
          from_json(before, recorded, where);
          return to_json(recorded);
        }) {}

  const std::filesystem::path& path() const { return path_; }
  const RunOptions& options() const { return run_; }
  Ranks& ranks() const { return *run_.ranks; }
  // The checkpoint that the run goes on after: that within an epoch, else the last; nothing for a
  // new one.
  const std::optional<std::filesystem::path>& checkpoint() const { return checkpoint_; }
  std::filesystem::path stopped() const { return path() / kStopped; }
  void drop_stopped() const;  // once its epoch has ended
  // Writes run.json.
  void record() const;

 private:
  static constexpr const char* kStopped = "stopped";
  // Removes the folders that it made, from the inmost on, unless something stands in them.
  class Made {
   public:
    explicit Made(const RunOptions& run);
    ~Made();
    Made(const Made&) = delete;
    Made& operator=(const Made&) = delete;

   private:
    std::filesystem::path path_;
    std::vector<std::filesystem::path> fresh_;  // inmost first
  };
  std::optional<std::filesystem::path> newest() const;
  void check_config(const Complete& complete) const;

  RunOptions run_;
  std::filesystem::path path_;
  std::string stage_;
  Json config_;
  std::optional<Made> made_;  // these two of the leader
  std::optional<FolderLock> lock_;
  std::optional<std::filesystem::path> checkpoint_;
};

// The best checkpoint of a run folder, else the newest; the folder itself if it is a checkpoint.
std::filesystem::path checkpoint_of(const std::filesystem::path& run_or_checkpoint);

// Finished epochs of a run folder; 0 if it holds none.
int64_t finished_epochs(const std::filesystem::path& run);

// The checkpoints after the last `count` epochs of a run folder. Error: it has fewer.
std::vector<std::filesystem::path> last_checkpoints(const std::filesystem::path& run,
                                                    int64_t count);

// What run.json of a run folder says of a field of the configuration that is a whole number;
// `otherwise` where it is silent, or where there is no run.json.
int64_t recorded_number(const std::filesystem::path& run, const std::string& field,
                        int64_t otherwise);

}  // namespace flowtalk::train
