#include "flowtalk/train/loop.h"

#include <fmt/core.h>
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
#include "flowtalk/train/gradients.h"
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
        ranks_(folder.ranks()),
        weights_(params.trainable(stage.trainable)),
        gradients_(weights_),
        pieces_(pieces_of(config, ranks_.size(), weights_.front().is_cuda())),
        optimizer_(weights_, torch::optim::AdamWOptions(config.lr)
                                 .weight_decay(config.weight_decay)
                                 .betas({0.9, 0.98})) {
    state_.stage = stage.name;
    const auto last = folder.checkpoint();
    if (last) {
      state_ =
          load_state(stage.name, config.steps_per_epoch, optimizer_, *last, weights_[0].device());
      with_context(last->string(), [&] { stage.remember(state_.memory); });
    } else if (ranks_.leads()) {
      stage.before_first_step();
    }
    if (config.average > 0)
      average_.emplace(params, stage.trainable, stage.jumping, config.average);
    if (average_ && last) average_->load_weights(*last);
    agree();
    saved_ = steps();
  }

  int64_t epochs() const { return state_.epoch; }
  int64_t saved() const { return saved_; }  // the steps that need not be taken again
  int64_t steps() const { return state_.epoch * config_.steps_per_epoch + state_.step; }

  RunSize size() const {
    RunSize size{stage_.data, folder_.options().device, torch::get_num_threads()};
    size.ranks = ranks_.size();
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
      if (stop_) return std::nullopt;
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

  Metrics validate() {
    Metrics metrics;
    with_average([&] {
      const torch::NoGradGuard no_grad;
      std::vector<Summands> parts;
      for (const Share& piece : ranks_.pieces(stage_.held_out, pieces_)) {
        parts.push_back(stage_.judge(piece));
      }
      metrics = stage_.figures(means_of(summed(parts, ranks_)));
    });
    return metrics;
  }

  // A checkpoint to go on after. Within an epoch, with what the stage remembers.
  void save(const fs::path& checkpoint) {
    agree();
    state_.memory = state_.step > 0 ? stage_.memory() : Json();
    saved_ = steps();
    if (!ranks_.leads()) return;
    with_average([&] {
      params::save_checkpoint(checkpoint, stage_.config, params_.host_tensors(),
                              formats::Dtype::kF32, [&](const fs::path& fresh) {
                                save_state(state_, optimizer_, fresh);
                                if (average_) average_->save_weights(fresh);
                              });
    });
  }

 private:
  // The leader's weights for all: machines of several kinds round differently.
  void agree() {
    const torch::NoGradGuard no_grad;
    if (ranks_.size() == 1) return;
    for (const auto& [name, value] : params_.tensors()) {
      torch::Tensor values = value.detach();
      ranks_.broadcast(values);
    }
  }

  void take_step() {
    const int64_t step = steps();
    gradients_.clear();
    for (auto& group : optimizer_.param_groups()) {
      group.options().set_lr(
          learning_rate(config_, step, int64_t{config_.max_epoch} * config_.steps_per_epoch));
    }
    for (int part = 0; part < config_.gradient_accumulation_steps; ++part) accumulate(step, part);
    const double norm = gradients_.finish(config_.clip_norm);
    if (!std::isfinite(norm)) fail_gradient(step);
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
    const int64_t address = step * parts + part;
    stage_.before_batch(address);
    std::vector<Lesson> lessons;
    std::vector<Summands> means;
    for (const Share& piece : ranks_.pieces(config_.batch, pieces_)) {
      // Dropout draws from libtorch's own stream: the same one for a resumed run.
      torch::manual_seed(Rng(static_cast<uint64_t>(config_.seed))
                             .fork("dropout")
                             .fork(static_cast<uint64_t>(address))
                             .fork(static_cast<uint64_t>(piece.first))
                             .next_u64());
      lessons.push_back(stage_.learn(address, piece));
      means.push_back(lessons.back().parts);
    }
    const float stop = StopRequests::asked() ? 1 : 0;
    for (Summands& of_piece : means) {
      of_piece.emplace("stop", plain(torch::full({1}, stop, weights_.front().options())));
    }
    Summands whole = summed(means, ranks_);
    stop_ = stop_ || whole.at("stop").sum.item<float>() > 0;
    whole.erase("stop");
    note(step, lessons[0], means_of(whole));
    for (const Lesson& lesson : lessons) {
      lesson
          .total(shares_of(lesson.parts, whole), means_of(whole),
                 1.0 / static_cast<double>(pieces_))
          .div(parts)
          .backward();
      gradients_.end_piece();
    }
    gradients_.end_batch(ranks_);
  }

  // The losses of a whole batch, for the record.
  void note(int64_t step, const Lesson& lesson, const Losses& means) {
    const torch::NoGradGuard no_grad;
    std::vector<std::string> names = {"total"};
    std::vector<torch::Tensor> values = {lesson.total(means, means, 1)};
    for (const auto& [name, mean] : means) {
      if (name == "total") continue;
      names.push_back(name);
      values.push_back(mean.mean());
    }
    const torch::Tensor host = torch::stack(values).to(torch::kCPU, torch::kFloat64);
    for (size_t i = 0; i < names.size(); ++i) {
      const double value = host[static_cast<int64_t>(i)].item<double>();
      state_.sums[names[i]] +=
          check_finite(stage_, step, names[i], value) / config_.gradient_accumulation_steps;
    }
  }

  const Stage& stage_;
  TorchParams& params_;
  const TrainConfig& config_;
  const RunFolder& folder_;
  Ranks& ranks_;
  std::vector<torch::Tensor> weights_;
  Gradients gradients_;
  int64_t pieces_;
  bool stop_ = false;
  torch::optim::AdamW optimizer_;
  RunState state_;
  std::optional<MovingAverage> average_;
  int64_t saved_ = 0;
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
  void mark_best() const {
    if (const auto epoch = best()) make_link(out_, "best", *epoch);
  }
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
  folder.ranks().barrier();
  throw Error(fmt::format("train {}: stopped after step {}, as it was asked to; give the same "
                          "command with {}, and it goes on there",
                          stage.name, training.steps(), Field("resume")),
              kStoppedExit);
}

void say(const RunFolder& folder, const std::string& line) {
  if (!folder.options().quiet) fmt::print(stderr, "{}\n", line);
}

// What a finished epoch leaves: its checkpoint, the links to it, its figures.
void keep_epoch(Training& training, const RunFolder& folder, const Metrics& metrics,
                std::optional<Figures>& figures) {
  const int64_t epoch = training.epochs();
  const fs::path& out = folder.path();
  if (figures) figures->add(epoch, metrics);
  training.save(epoch_folder(out, epoch));
  if (!figures) return;
  make_link(out, "last", epoch);
  // Runs go on from the newest only.
  if (epoch > 1) fs::remove_all(epoch_folder(out, epoch - 1) / "training");
  folder.drop_stopped();
  figures->publish(epoch, metrics);
  figures->mark_best();
}

// Epoch by epoch to the last, or to one after which nothing gets better.
void train_on(const Stage& stage, const TrainConfig& config, Training& training,
              const RunFolder& folder, std::optional<Figures>& figures) {
  while (training.epochs() < config.max_epoch) {
    if (folder.ranks().any(figures && figures->exhausted(training.epochs()))) {
      say(folder,
          fmt::format("{}: no better epoch for {}, so it ends here", stage.name, config.patience));
      return;
    }
    auto metrics = training.finish_epoch();
    if (!metrics) stop(stage, training, folder);
    for (const auto& [name, value] : training.validate()) (*metrics)[valid_name(name)] = value;
    keep_epoch(training, folder, *metrics, figures);
  }
}

}  // namespace

ops::TorchOps ops_of(const TrainConfig& config, const RunOptions& run) {
  ops::TorchOps ops{torch::Device(run.device)};
  if (config.precision == Precision::kBFloat16) ops.set_products(torch::kBFloat16);
  return ops;
}

int64_t pieces_of(const TrainConfig& config, int ranks, bool gpu) {
  constexpr int kUsual = 4;
  const int pieces = config.pieces > 0 ? config.pieces : gpu ? ranks : kUsual;
  if (config.batch % pieces == 0 && pieces % ranks == 0) return pieces;
  if (config.pieces > 0) {
    fail_usage("train.pieces {}: expected a multiple of the {} ranks that divides train.batch {}",
               pieces, ranks, config.batch);
  }
  return ranks;
}

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
  const Ranks& ranks = folder.ranks();
  if (config.batch % ranks.size() != 0) {
    fail_usage("train.batch {}: expected a multiple of the {} ranks, which share it", config.batch,
               ranks.size());
  }
  const StopRequests requests;
  const auto begin = std::chrono::steady_clock::now();
  Training training(stage, params, config, folder);
  const int64_t epochs_before = training.epochs(), steps_before = training.steps();
  say(folder, start_line(stage.name, config, training.size()));
  std::optional<Figures> figures;  // of the leader
  if (ranks.leads()) {
    folder.record();
    figures.emplace(config, folder.path(), training.epochs());
    figures->mark_best();  // the run may have been cut off just before
  }
  try {
    train_on(stage, config, training, folder, figures);
    folder.ranks().barrier();  // nobody leaves while the leader writes
  } catch (const RankLost& lost) {
    throw RankLost(fmt::format(
        "train {}: {} at step {}; give the same command with {}, and it goes "
        "on after step {}",
        stage.name, lost.marked(), training.steps(), Field("resume"), training.saved()));
  }
  if (!figures) return;
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  say(folder,
      end_line(stage.name, {training.epochs() - epochs_before, training.steps() - steps_before,
                            took.count(), peak_memory(), figures->best(), folder.path().string()}));
}

}  // namespace flowtalk::train
