#include "flowtalk/train/loop.h"

#include <fmt/core.h>
#include <torch/nn/utils/clip_grad.h>
#include <torch/optim/adamw.h>
#include <torch/utils.h>

#include <chrono>
#include <cmath>
#include <optional>

#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/base/interruption.h"
#include "flowtalk/base/progress.h"
#include "flowtalk/base/rng.h"
#include "flowtalk/params/checkpoint.h"
#include "flowtalk/train/event_file.h"
#include "flowtalk/train/loss_curves.h"
#include "flowtalk/train/moving_average.h"
#include "flowtalk/train/run_state.h"
#include "flowtalk/train/summary.h"

namespace flowtalk::train {
namespace fs = std::filesystem;
namespace {

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

double check_finite(const Stage& stage, int64_t step, const std::string& name, double value) {
  if (!std::isfinite(value)) {
    fail("train {}: loss '{}' is {} at step {}; lower {} or check the data with `data check`",
         stage.name, name, value, step, Field("lr"));
  }
  return value;
}

// What a run has in hand between two steps.
class Training {
 public:
  Training(const Stage& stage, TorchParams& params, const TrainConfig& config,
           const RunFolder& folder)
      : stage_(stage),
        params_(params),
        config_(config),
        folder_(folder),
        weights_(params.trainable(stage.trainable)),
        optimizer_(weights_, torch::optim::AdamWOptions(config.lr)
                                 .weight_decay(config.weight_decay)
                                 .betas({0.9, 0.98})) {
    state_.stage = stage.name;
    const auto last = folder.checkpoint();
    if (last) {
      state_ = load_state(stage.name, config.steps_per_epoch, optimizer_, *last);
      with_context(last->string(), [&] { stage.remember(state_.memory); });
    } else {
      stage.before_first_step(0);
    }
    if (config.average > 0)
      average_.emplace(params, stage.trainable, stage.jumping, config.average);
    if (average_ && last) average_->load_weights(*last);
  }

  int64_t epochs() const { return state_.epoch; }
  int64_t steps() const { return state_.epoch * config_.steps_per_epoch + state_.step; }

  RunSize size() const {
    RunSize size{stage_.data, folder_.options().device, torch::get_num_threads()};
    for (const torch::Tensor& weight : weights_) size.weights += weight.numel();
    size.tensors = static_cast<int64_t>(weights_.size());
    return size;
  }

  // Goes on to the end of the epoch. The means of its losses; nothing if it was asked to stop.
  std::optional<Metrics> finish_epoch() {
    Progress progress(fmt::format("{} epoch {}/{}", stage_.name, epochs() + 1, config_.max_epoch),
                      config_.steps_per_epoch, "steps", folder_.options().quiet);
    if (state_.step > 0) progress.advance(state_.step, "went on");
    while (state_.step < config_.steps_per_epoch) {
      if (StopRequests::asked()) return std::nullopt;
      take_step();
      ++state_.step;
      if (average_) average_->update(steps());
      progress.advance(
          1, fmt::format("loss {:.4f}", state_.sums["total"] / static_cast<double>(state_.step)));
    }
    Metrics means = state_.sums;
    for (auto& [name, sum] : means) sum /= config_.steps_per_epoch;
    ++state_.epoch;
    state_.step = 0;
    state_.sums.clear();
    return means;
  }

  // With the average of the weights in their place, where there is one.
  template <class F>
  void with_average(const F& f) {
    if (average_) average_->exchange();
    f();
    if (average_) average_->exchange();
  }

  // A checkpoint to go on after. Within an epoch, with what the stage remembers.
  void save(const fs::path& checkpoint) {
    state_.memory = state_.step > 0 ? stage_.memory() : Json();
    with_average([&] {
      params::save_checkpoint(checkpoint, stage_.config, params_.host_tensors(),
                              formats::Dtype::kF32, [&](const fs::path& fresh) {
                                save_state(state_, optimizer_, fresh);
                                if (average_) average_->save_weights(fresh);
                              });
    });
  }

 private:
  void take_step() {
    const int64_t step = steps();
    optimizer_.zero_grad();
    for (auto& group : optimizer_.param_groups()) {
      group.options().set_lr(
          learning_rate(config_, step, int64_t{config_.max_epoch} * config_.steps_per_epoch));
    }
    for (int part = 0; part < config_.gradient_accumulation_steps; ++part) accumulate(step, part);
    if (!std::isfinite(torch::nn::utils::clip_grad_norm_(weights_, config_.clip_norm))) {
      fail_gradient(step);
    }
    optimizer_.step();
  }

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

  void accumulate(int64_t step, int part) {
    const int parts = config_.gradient_accumulation_steps;
    // Dropout draws from libtorch's own stream: the same one for a resumed run.
    torch::manual_seed(Rng(static_cast<uint64_t>(config_.seed))
                           .fork("dropout")
                           .fork(static_cast<uint64_t>(step * parts + part))
                           .next_u64());
    const Losses losses = stage_.losses(step * parts + part);
    for (const auto& [name, value] : losses) {
      state_.sums[name] += check_finite(stage_, step, name, value.item<double>()) / parts;
    }
    (losses.at("total") / parts).backward();
  }

  const Stage& stage_;
  TorchParams& params_;
  const TrainConfig& config_;
  const RunFolder& folder_;
  std::vector<torch::Tensor> weights_;
  torch::optim::AdamW optimizer_;
  RunState state_;
  std::optional<MovingAverage> average_;
};

// The figures of a run, epoch by epoch: losses.csv and .svg, TensorBoard's file, and which epoch
// was the best.
class Figures {
 public:
  Figures(const TrainConfig& config, const fs::path& out, int64_t epochs)
      : config_(config), out_(out), record_(out, epochs) {}

  void add(int64_t epoch, const Metrics& metrics) { record_.add(epoch, metrics); }
  // To TensorBoard's file, which cannot take an epoch back: once its checkpoint is there.
  void publish(int64_t epoch, const Metrics& metrics) {
    const int64_t step = epoch * config_.steps_per_epoch;
    std::map<std::string, double> values;
    for (const auto& [name, value] : metrics) {
      const bool valid = name.starts_with(kValid);
      values[valid ? "valid/" + name.substr(kValid.size()) : "train/" + name] = value;
    }
    values["train/lr"] =
        learning_rate(config_, step - 1, int64_t{config_.max_epoch} * config_.steps_per_epoch);
    if (!events_) events_.emplace(out_);
    events_->add(step, values);
  }
  std::optional<int64_t> best() const { return record_.lowest("valid_selection"); }
  // Whether no epoch of the last `patience` was better than those before.
  bool exhausted(int64_t epochs) const {
    if (config_.patience == 0 || epochs == 0) return false;
    const auto selected = best();
    const auto least = selected ? selected : record_.lowest("valid_total");
    FT_CHECK(least, "no figure of validation after {} epochs", epochs);
    return epochs - *least >= config_.patience;
  }

 private:
  const TrainConfig& config_;
  fs::path out_;
  LossRecord record_;
  std::optional<EventFile> events_;
};

[[noreturn]] void stop(const Stage& stage, Training& training, const RunFolder& folder) {
  training.save(folder.stopped());
  throw Error(fmt::format("train {}: stopped after step {}, as it was asked to; give the same "
                          "command with {}, and it goes on there",
                          stage.name, training.steps(), Field("resume")),
              kStoppedExit);
}

}  // namespace

double learning_rate(const TrainConfig& config, int64_t step, int64_t total_steps) {
  const auto at = static_cast<double>(step);
  const double warm = config.warmup_steps;
  if (at < warm) return config.lr * (at + 1) / warm;
  const double done = (at - warm) / std::max(1.0, static_cast<double>(total_steps) - warm);
  return config.lr *
         (config.final_lr_share + (1 - config.final_lr_share) * left_at(config.schedule, done));
}

void run_stage(const Stage& stage, TorchParams& params, const TrainConfig& config,
               const RunFolder& folder) {
  const fs::path& out = folder.path();
  const StopRequests requests;
  const auto begin = std::chrono::steady_clock::now();
  Training training(stage, params, config, folder);
  const int64_t epochs_before = training.epochs(), steps_before = training.steps();
  const auto say = [&](const std::string& line) {
    if (!folder.options().quiet) fmt::print(stderr, "{}\n", line);
  };
  say(start_line(stage.name, config, training.size()));
  folder.record();
  Figures figures(config, out, training.epochs());
  const auto mark_best = [&] {
    if (const auto best = figures.best()) make_link(out, "best", *best);
  };
  mark_best();  // the run may have been cut off just before
  while (training.epochs() < config.max_epoch) {
    if (figures.exhausted(training.epochs())) {
      say(fmt::format("{}: no better epoch for {}, so it ends here", stage.name, config.patience));
      break;
    }
    auto metrics = training.finish_epoch();
    if (!metrics) stop(stage, training, folder);
    training.with_average([&] {
      const torch::NoGradGuard no_grad;
      for (const auto& [name, value] : stage.validate()) (*metrics)[valid_name(name)] = value;
    });
    const int64_t epoch = training.epochs();
    figures.add(epoch, *metrics);
    training.save(epoch_folder(out, epoch));
    make_link(out, "last", epoch);
    // Runs go on from the newest only.
    if (epoch > 1) fs::remove_all(epoch_folder(out, epoch - 1) / "training");
    folder.drop_stopped();
    figures.publish(epoch, *metrics);
    mark_best();
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  say(end_line(stage.name, {training.epochs() - epochs_before, training.steps() - steps_before,
                            took.count(), peak_memory(), figures.best(), out.string()}));
}

}  // namespace flowtalk::train
