// The stages of `flowtalk train`, one function per stage; each returns the exit code.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "apps/options/command_line.h"
#include "flowtalk/base/fields.h"
#include "flowtalk/base/files.h"
#include "flowtalk/train/train_config.h"

namespace flowtalk::apps {

int train_all(const Args& args);
int train_encoder(const Args& args);
int train_prior(const Args& args);
int train_generator(const Args& args);
int train_classifier(const Args& args);
int train_pack(const Args& args);

// Options that all stages share; the reference system's names are among them.
struct TrainOptions {
  train::RunOptions run;
  std::string config_file;
  std::vector<std::string> set;
  std::string max_epoch, accumulation, lr;  // empty: not given

  explicit TrainOptions(std::string default_out) { run.out = std::move(default_out); }
  void declare(CLI::App& app);

  // Defaults, then --config, then --set, then the single options.
  template <class Config>
  void fill(Config& config) const {
    if (!config_file.empty()) {
      from_json(parse_json(load_file(config_file), config_file), config, config_file);
    }
    for (const auto& assignment : set) set_field(config, assignment);
    const auto set_one = [&config](const char* field, const std::string& value) {
      if (!value.empty()) set_field(config, fmt::format("{}={}", field, value));
    };
    set_one("train.max_epoch", max_epoch);
    set_one("train.gradient_accumulation_steps", accumulation);
    set_one("train.lr", lr);
  }
  void apply_threads() const;
};

}  // namespace flowtalk::apps
