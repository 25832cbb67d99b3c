#include "flowtalk/train/loop.h"

#include <fmt/core.h>
#include <torch/nn/utils/clip_grad.h>
#include <torch/optim/adamw.h>
#include <torch/serialize.h>

#include <cmath>
#include <fstream>
#include <numbers>

#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/base/progress.h"
#include "flowtalk/base/rng.h"
#include "flowtalk/params/checkpoint.h"
#include "flowtalk/train/loss_curves.h"

namespace flowtalk::train {
namespace fs = std::filesystem;
namespace {

struct State {
  int64_t epoch = 0;  // finished epochs
};

void save_epoch(const Stage& stage, const TorchParams& params, const torch::optim::AdamW& optimizer,
                const State& state, const fs::path& folder) {
  const auto add_training = [&](const fs::path& checkpoint) {
    fs::create_directories(checkpoint / "training");
    torch::serialize::OutputArchive archive;
    optimizer.save(archive);
    archive.save_to((checkpoint / "training" / "optimizer.pt").string());
    save_file(checkpoint / "training" / "state.json",
              Json{{"stage", stage.name}, {"epoch", state.epoch}}.dump() + "\n");
  };
  params::save_checkpoint(folder, stage.config, params.host_tensors(), formats::Dtype::kF32,
                          add_training);
}

fs::path epoch_folder(const fs::path& out, int64_t epoch) {
  return out / "epochs" / fmt::format("{:04}", epoch);
}

// Points out/name to the checkpoint of an epoch, in one step.
void make_link(const fs::path& out, const std::string& name, int64_t epoch) {
  const fs::path link = out / name, next = out / (name + ".partial");
  fs::remove(next);
  fs::create_directory_symlink(fs::relative(epoch_folder(out, epoch), out), next);
  if (fs::is_directory(fs::symlink_status(link))) fs::remove_all(link);
  fs::rename(next, link);
}

// Then drops the optimizer of the epoch before: runs resume from the newest only.
void make_last(const fs::path& out, int64_t epoch) {
  make_link(out, "last", epoch);
  if (epoch > 1) fs::remove_all(epoch_folder(out, epoch - 1) / "training");
}

State load_state(const Stage& stage, torch::optim::AdamW& optimizer, const fs::path& folder) {
  const fs::path file = folder / "training" / "state.json";
  const Json json = parse_json(load_file(file), file.string());
  if (json.value("stage", "") != stage.name) {
    fail("{}: is of stage '{}', expected '{}'; use another {}", file.string(),
         json.value("stage", ""), stage.name, Field("out"));
  }
  torch::serialize::InputArchive archive;
  archive.load_from((folder / "training" / "optimizer.pt").string());
  optimizer.load(archive);
  return {json.value("epoch", int64_t{0})};
}

double check_finite(const Stage& stage, int64_t step, const std::string& name, double value) {
  if (!std::isfinite(value)) {
    fail("train {}: loss '{}' is {} at step {}; lower {} or check the data with `data check`",
         stage.name, name, value, step, Field("lr"));
  }
  return value;
}

class Epoch {
 public:
  Epoch(const Stage& stage, const TorchParams& params, const TrainConfig& config,
        torch::optim::AdamW& optimizer, bool quiet)
      : stage_(stage), params_(params), config_(config), optimizer_(optimizer), quiet_(quiet) {}

  Metrics run(int64_t epoch, const std::vector<torch::Tensor>& weights) {
    Progress progress(fmt::format("{} epoch {}/{}", stage_.name, epoch + 1, config_.max_epoch),
                      config_.steps_per_epoch, "steps", quiet_);
    Metrics sums;
    const int64_t total = int64_t{config_.max_epoch} * config_.steps_per_epoch;
    for (int64_t i = 0; i < config_.steps_per_epoch; ++i) {
      const int64_t step = epoch * config_.steps_per_epoch + i;
      optimizer_.zero_grad();
      for (auto& group : optimizer_.param_groups()) {
        group.options().set_lr(learning_rate(config_, step, total));
      }
      for (int part = 0; part < config_.gradient_accumulation_steps; ++part) {
        accumulate(step, part, sums);
      }
      if (!std::isfinite(torch::nn::utils::clip_grad_norm_(weights, config_.clip_norm))) {
        fail_gradient(step);
      }
      optimizer_.step();
      progress.advance(1, fmt::format("loss {:.4f}", sums["total"] / static_cast<double>(i + 1)));
    }
    for (auto& [name, sum] : sums) sum /= config_.steps_per_epoch;
    return sums;
  }

 private:
  [[noreturn]] void fail_gradient(int64_t step) const {
    std::string names;
    for (const auto& [name, value] : params_.tensors()) {
      if (value.grad().defined() && !torch::isfinite(value.grad()).all().item<bool>()) {
        names += " " + name;
      }
    }
    fail("train {}: the gradient of step {} is not finite in{}; lower {} or check the data",
         stage_.name, step, names, Field("lr"));
  }

  void accumulate(int64_t step, int part, Metrics& sums) {
    const int parts = config_.gradient_accumulation_steps;
    // Dropout draws from libtorch's own stream: the same one for a resumed run.
    torch::manual_seed(Rng(static_cast<uint64_t>(config_.seed))
                           .fork("dropout")
                           .fork(static_cast<uint64_t>(step * parts + part))
                           .next_u64());
    const Losses losses = stage_.losses(step * parts + part);
    for (const auto& [name, value] : losses) {
      sums[name] += check_finite(stage_, step, name, value.item<double>()) / parts;
    }
    (losses.at("total") / parts).backward();
  }

  const Stage& stage_;
  const TorchParams& params_;
  const TrainConfig& config_;
  torch::optim::AdamW& optimizer_;
  bool quiet_;
};

}  // namespace

double learning_rate(const TrainConfig& config, int64_t step, int64_t total_steps) {
  const auto at = static_cast<double>(step);
  const double warm = config.warmup_steps;
  if (at < warm) return config.lr * (at + 1) / warm;
  const double share = (at - warm) / std::max(1.0, static_cast<double>(total_steps) - warm);
  const double cosine = 0.5 * (1 + std::cos(std::numbers::pi * std::min(1.0, share)));
  return config.lr * (config.final_lr_share + (1 - config.final_lr_share) * cosine);
}

void run_stage(const Stage& stage, TorchParams& params, const TrainConfig& config,
               const RunFolder& folder) {
  const fs::path& out = folder.path();
  if (!folder.options().quiet) fmt::print(stderr, "trains on {}\n", folder.options().device);
  const auto weights = params.trainable(stage.trainable);
  torch::optim::AdamW optimizer(
      weights,
      torch::optim::AdamWOptions(config.lr).weight_decay(config.weight_decay).betas({0.9, 0.98}));
  State state;
  if (const auto last = folder.checkpoint()) {
    state = load_state(stage, optimizer, *last);
  } else {
    stage.before_first_step(0);
  }
  folder.record();
  LossRecord record(out, state.epoch);
  const auto mark_best = [&] {
    if (const auto best = record.lowest("valid_selection")) make_link(out, "best", *best);
  };
  mark_best();  // the run may have been cut off just before
  Epoch epoch(stage, params, config, optimizer, folder.options().quiet);
  for (; state.epoch < config.max_epoch;) {
    Metrics metrics = epoch.run(state.epoch, weights);
    {
      const torch::NoGradGuard no_grad;
      for (const auto& [name, value] : stage.validate()) metrics["valid_" + name] = value;
    }
    ++state.epoch;
    record.add(state.epoch, metrics);
    save_epoch(stage, params, optimizer, state, epoch_folder(out, state.epoch));
    make_last(out, state.epoch);
    mark_best();
  }
}

}  // namespace flowtalk::train
