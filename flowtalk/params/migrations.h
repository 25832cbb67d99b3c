// How checkpoints and run folders of older formats become those of today: one step per format,
// which the readers (checkpoint.h, train/run_folder.h) apply in turn. A format that has been
// released keeps its step for ever.
#pragma once

#include <span>
#include <string>

#include "flowtalk/base/fields.h"

namespace flowtalk::params {

// From a format to the next one.
struct Migration {
  int from;
  void (*config)(Json& config);                    // config.json without "format", in place
  std::string (*tensor)(const std::string& name);  // a tensor's name in the next format
  // The "config" of a run.json, all fields of the stage's configuration, in place.
  void (*run)(const std::string& stage, Json& config);
};

// In the order of `from`, which begins at 1 and has no gaps.
std::span<const Migration> migrations();

// config.json, the "config" of a run.json and the name of a tensor of format `from`, as format `to`
// has them.
void migrate_config(Json& config, int from, int to);
void migrate_run(const std::string& stage, Json& config, int from, int to);
std::string migrated_name(std::string name, int from, int to);

}  // namespace flowtalk::params
