// What every stage of training can be told; the reference system's names are among it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "flowtalk/base/fields.h"
#include "flowtalk/base/files.h"
#include "flowtalk/params/migrations.h"
#include "flowtalk/train/train_config.h"

namespace flowtalk::train {

// A file of settings over a stage's configuration; names of older formats count as those of today.
template <class Config>
void read_settings(const std::string& file, Config& into) {
  Json settings = parse_json(load_file(file), file);
  params::migrate_settings(settings, file);
  from_json(settings, into, file);
}

// Usage Error: no "cpu", "cuda" or "cuda:N". Error: a CUDA device that is not among `cuda_devices`.
void check_device(const std::string& device, int cuda_devices);

// Usage Error, with the name of today, if "name=value" sets a name of an older format.
void refuse_old_name(const std::string& assignment);

struct StageOptions {
  RunOptions run;
  std::string config;
  std::vector<std::string> set;
  std::optional<int> max_epoch, gradient_accumulation_steps;
  std::optional<float> lr;
  int ranks = 1;
  bool deterministic = false;

  explicit StageOptions(std::string default_out) {
    run.out = std::move(default_out);
    run.device.clear();
  }

  // Of what has no run folder, such as encoding.
  template <class Options>
  static StageOptions without_run(const Options& given) {
    StageOptions stage("");
    stage.config = given.config;
    stage.set = given.set;
    stage.run.device = given.device;
    stage.run.threads = given.threads;
    return stage;
  }

  template <class V>
  void fields(V&& field) {
    field("out", run.out, fmt::format("run folder (default {})", run.out).c_str());
    field("resume", run.resume, "go on with the run in its folder");
    field("device", run.device, "cpu, cuda or cuda:N (default cuda:0 if there is one, else cpu)");
    field("threads", run.threads, between(0, 256), "threads; 0 takes all");
    field("ranks", ranks, between(1, 64),
          "processes here that share every batch; under torchrun, Slurm or mpirun those that they "
          "start");
    field("deterministic", deterministic,
          "on GPUs too the same run gives the same weights; slower there, always so on processors");
    field("config", config, "JSON file with any of the stage's fields");
    field("set", set, "one field, for example train.batch=32; repeatable");
    field("max_epoch", max_epoch, between(1, 100000), "epochs (train.max_epoch)");
    field("lr", lr, between(1e-9f, 1.0f), "highest learning rate (train.lr)");
    field("gradient_accumulation_steps", gradient_accumulation_steps, between(1, 1024),
          "batches per optimizer step");
  }

  // Defaults, then the config file, then what is set, then the single options.
  template <class Config>
  void fill(Config& into) const {
    if (!config.empty()) read_settings(config, into);
    for (const auto& assignment : set) {
      refuse_old_name(assignment);
      set_field(into, assignment);
    }
    if (max_epoch) into.train.max_epoch = *max_epoch;
    if (lr) into.train.lr = *lr;
    if (gradient_accumulation_steps) {
      into.train.gradient_accumulation_steps = *gradient_accumulation_steps;
    }
  }
  // cuda:0, or with ranks cuda, where there is one, else cpu, unless one is said.
  void choose_device();
  // Threads of libtorch and its BLAS; the device where none is said. Error: a device
  // that is not there.
  void apply();
};

}  // namespace flowtalk::train
