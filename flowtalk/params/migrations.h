// How checkpoints and run folders of older formats become those of today: one step per format,
// which the readers (checkpoint.h, train/run_folder.h) apply in turn. A format that has been
// released keeps its step for ever.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "flowtalk/base/fields.h"

namespace flowtalk::params {

// A setting of training, by its path ("model.flow.steps" lies under "model.flow").
struct RenamedSetting {
  std::string_view from, to;
};

// From a format to the next one.
struct Migration {
  int from;
  void (*config)(Json& config);                    // config.json without "format", in place
  std::string (*tensor)(const std::string& name);  // a tensor's name in the next format
  // The "config" of a run.json, all fields of the stage's configuration, in place.
  void (*run)(const std::string& stage, Json& config);
  std::span<const RenamedSetting> settings;  // what people set by hand and is called otherwise now
};

// In the order of `from`, which begins at 1 and has no gaps.
std::span<const Migration> migrations();

// config.json, the "config" of a run.json and the name of a tensor of format `from`, as format `to`
// has them.
void migrate_config(Json& config, int from, int to);
void migrate_run(const std::string& stage, Json& config, int from, int to);
std::string migrated_name(std::string name, int from, int to);

// A file of settings, which says no format: every old name becomes that of today, in place. Error,
// naming `where`: it sets one under both names.
void migrate_settings(Json& settings, const std::string& where);
// What the setting of this path is called today; nothing if it is no old name.
std::optional<std::string> setting_today(std::string_view path);

}  // namespace flowtalk::params
