#include "flowtalk/train/classifier_stage.h"

#include <torch/nn/functional/loss.h>

#include <algorithm>

#include "flowtalk/params/checkpoint.h"
#include "flowtalk/train/draws.h"
#include "flowtalk/train/frames.h"
#include "flowtalk/train/loop.h"
#include "flowtalk/train/motion_scaler.h"
#include "flowtalk/train/summary.h"

namespace flowtalk::train {
namespace {

using ops::TorchOps;
namespace F = torch::nn::functional;

constexpr double kNoiseRho = 0.7;  // between the jitter of white noise and the drift of a pose

struct Targets {
  torch::Tensor emotion;   // (B) int64
  torch::Tensor strength;  // (B)
};

// Windows hold one emotion each: that of their first frame.
Targets targets_of(const Batch& batch, torch::Device device) {
  const auto& curve = batch.emotion;
  const auto nodes = static_cast<int64_t>(curve.emotions());
  std::vector<int64_t> emotions;
  std::vector<float> strengths;
  for (int64_t b = 0; b < curve.batch; ++b) {
    const auto first = curve.weights.begin() + b * curve.frames * nodes;
    emotions.push_back(std::max_element(first, first + nodes) - first);
    strengths.push_back(curve.strength[static_cast<size_t>(b * curve.frames)]);
  }
  return {torch::tensor(emotions, torch::kInt64).to(device), torch::tensor(strengths).to(device)};
}

class ClassifierTrainer {
 public:
  ClassifierTrainer(const ClassifierRun& config, TorchParams& params, TorchOps& ops)
      : config_(config),
        network_(params::Scope<TorchOps>(params) / "classifier", config.model,
                 static_cast<int64_t>(config.conditions.emotions.size())),
        ops_(ops) {}

  Lesson learn(const Batch& batch, const Draws& draws) {
    const Targets wanted = targets_of(batch, batch.motion.device());
    const auto judged = network_(ops_, roughened(batch.motion, draws), batch.mask);
    const auto options = F::CrossEntropyFuncOptions()
                             .label_smoothing(config_.loss.label_smoothing)
                             .reduction(torch::kNone);
    Lesson lesson;
    lesson.parts = {{"emotion", plain(F::cross_entropy(judged.logits, wanted.emotion, options))},
                    {"strength", plain((judged.strength - wanted.strength).pow(2))}};
    lesson.total = [this](const Losses& shares, const Losses&, double) {
      return shares.at("emotion") + config_.loss.strength * shares.at("strength");
    };
    return lesson;
  }

  Summands judge(const Batch& batch) {
    const Targets wanted = targets_of(batch, batch.motion.device());
    const auto judged = network_(ops_, batch.motion, batch.mask);
    const torch::Tensor right = judged.logits.argmax(1) == wanted.emotion;
    return {{"accuracy", plain(right.to(torch::kFloat32))},
            {"strength_error", plain((judged.strength - wanted.strength).abs())}};
  }

 private:
  // motion (B, T, 53) with noise, some channels at their mean, some windows smoothed.
  torch::Tensor roughened(const torch::Tensor& motion, const Draws& draws) {
    const auto device = motion.device();
    const auto draw = [&](const char* name, int64_t channels) {
      return draws.uniform(name, {1, channels}).to(device);
    };
    const int64_t channels = motion.size(2);
    torch::Tensor x = (motion - network_.motion_mean) / network_.motion_sd;
    const torch::Tensor padded = torch::cat({x.narrow(1, 0, 1), x, x.narrow(1, x.size(1) - 1, 1)},
                                            1);  // edges stay as they are
    const torch::Tensor smooth =
        (padded.narrow(1, 0, x.size(1)) + 2 * x + padded.narrow(1, 2, x.size(1))) / 4;
    x = torch::where(draw("smooth", 1) < config_.loss.smooth, smooth, x);
    const torch::Tensor white = draws.normal("noise", {x.size(1), channels});
    x = x + config_.loss.noise * draw("loud", 1) * ar1(white.to(device), kNoiseRho);
    x = x * (draw("kept", channels) >= config_.loss.channel_dropout).to(torch::kFloat32);
    return x * network_.motion_sd + network_.motion_mean;
  }

  const ClassifierRun& config_;
  judge::EmotionClassifier<TorchOps> network_;
  TorchOps& ops_;
};

}  // namespace

void train_classifier(const ClassifierRun& config, const RunFolder& run, const Clips& training,
                      const Clips& validation) {
  if (config.train.patience > 0) {
    fail_usage("train.patience {}: the classifier has no figure of validation to wait for; set 0",
               config.train.patience);
  }
  const torch::Device device(run.options().device);
  TorchOps ops = ops_of(config.train, run.options());
  const auto seed = static_cast<uint64_t>(config.train.seed);
  TorchParams params(seed, device);
  if (const auto last = run.checkpoint()) params.preload(params::load_checkpoint(*last).weights);
  ClassifierTrainer trainer(config, params, ops);
  const int64_t window = config.train.window_frames;
  std::vector<WindowSampler> samplers;
  for (const int64_t length : {window, window / 4 * 2, 2 * window}) {
    samplers.emplace_back(training, length, seed);
  }
  const Batch whole = WindowSampler(validation, window, 0).fixed(512);
  const auto sampler_of = [&](int64_t step) -> const WindowSampler& {
    return samplers[static_cast<size_t>(step) % samplers.size()];
  };
  StepBatches batches(sampler_of, run.ranks().share(config.train.batch), device);

  Stage stage;
  stage.name = "classifier";
  stage.data = amount_of(training);
  stage.trainable = {"classifier/"};
  stage.config = Json{{"kind", "classifier"},
                      {"face", text_of(config.axes)},
                      {"conditions", to_json(config.conditions)},
                      {"model", to_json(config.model)}};
  stage.before_first_step = [&] { set_motion_scaler(params, "classifier", training); };
  stage.before_batch = [&](int64_t) { ops.set_training(true); };
  stage.learn = [&](int64_t step, const Share& piece) {
    const Batch batch = batches(step, piece);
    return trainer.learn(batch, Draws(config.train.seed, step, batch.share));
  };
  stage.held_out = whole.share.all;
  stage.judge = [&](const Share& piece) {
    ops.set_training(false);
    return trainer.judge(whole.part(piece).to(device));
  };
  stage.figures = numbers_of;
  run_stage(stage, params, config.train, run);
}

}  // namespace flowtalk::train
