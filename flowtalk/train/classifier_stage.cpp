#include "flowtalk/train/classifier_stage.h"

#include <torch/nn/functional/loss.h>

#include <algorithm>

#include "flowtalk/params/checkpoint.h"
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

  Losses losses(const Batch& batch, torch::Generator generator) {
    const Targets wanted = targets_of(batch, batch.motion.device());
    const auto judged = network_(ops_, roughened(batch.motion, generator), batch.mask);
    const auto options = F::CrossEntropyFuncOptions().label_smoothing(config_.loss.label_smoothing);
    Losses result;
    result["emotion"] = F::cross_entropy(judged.logits, wanted.emotion, options);
    result["strength"] = (judged.strength - wanted.strength).pow(2).mean();
    result["total"] = result["emotion"] + config_.loss.strength * result["strength"];
    return result;
  }

  Metrics validate(const Batch& batch) {
    const Targets wanted = targets_of(batch, batch.motion.device());
    const auto judged = network_(ops_, batch.motion, batch.mask);
    const torch::Tensor right = judged.logits.argmax(1) == wanted.emotion;
    return {{"accuracy", right.to(torch::kFloat64).mean().item<double>()},
            {"strength_error", (judged.strength - wanted.strength).abs().mean().item<double>()}};
  }

 private:
  // motion (B, T, 53) with noise, some channels at their mean, some windows smoothed.
  torch::Tensor roughened(const torch::Tensor& motion, torch::Generator generator) {
    const auto device = motion.device();
    const auto draw = [&](torch::IntArrayRef shape) {
      return torch::rand(shape, generator).to(device);
    };
    const int64_t windows = motion.size(0), channels = motion.size(2);
    torch::Tensor x = (motion - network_.motion_mean) / network_.motion_sd;
    const torch::Tensor padded = torch::cat({x.narrow(1, 0, 1), x, x.narrow(1, x.size(1) - 1, 1)},
                                            1);  // edges stay as they are
    const torch::Tensor smooth =
        (padded.narrow(1, 0, x.size(1)) + 2 * x + padded.narrow(1, 2, x.size(1))) / 4;
    x = torch::where(draw({windows, 1, 1}) < config_.loss.smooth, smooth, x);
    const torch::Tensor noise = ar_noise(x.sizes(), kNoiseRho, generator).to(device);
    x = x + config_.loss.noise * draw({windows, 1, 1}) * noise;
    x = x * (draw({windows, 1, channels}) >= config_.loss.channel_dropout).to(torch::kFloat32);
    return x * network_.motion_sd + network_.motion_mean;
  }

  const ClassifierRun& config_;
  judge::EmotionClassifier<TorchOps> network_;
  TorchOps& ops_;
};

}  // namespace

void train_classifier(const ClassifierRun& config, const RunFolder& run,
                      const std::vector<TrainingClip>& training,
                      const std::vector<TrainingClip>& validation) {
  if (config.train.patience > 0) {
    fail_usage("train.patience {}: the classifier has no figure of validation to wait for; set 0",
               config.train.patience);
  }
  const torch::Device device(run.options().device);
  TorchOps ops(device);
  const auto seed = static_cast<uint64_t>(config.train.seed);
  TorchParams params(seed, device);
  if (const auto last = run.checkpoint()) params.preload(params::load_checkpoint(*last).weights);
  ClassifierTrainer trainer(config, params, ops);
  const int64_t window = config.train.window_frames;
  std::vector<WindowSampler> samplers;
  for (const int64_t length : {window, window / 4 * 2, 2 * window}) {
    samplers.emplace_back(training, length, seed);
  }
  const Batch fixed = WindowSampler(validation, window, 0).fixed(512).to(device);

  Stage stage;
  stage.name = "classifier";
  stage.data = amount_of(training);
  stage.trainable = {"classifier/"};
  stage.config = Json{{"kind", "classifier"},
                      {"face", text_of(config.axes)},
                      {"conditions", to_json(config.conditions)},
                      {"model", to_json(config.model)}};
  stage.before_first_step = [&](int64_t) { set_motion_scaler(params, "classifier", training); };
  stage.losses = [&](int64_t step) {
    ops.set_training(true);
    auto generator = generator_of_step(config.train.seed, step);
    const auto& sampler = samplers[static_cast<size_t>(step) % samplers.size()];
    return trainer.losses(sampler.draw(step, config.train.batch).to(device), generator);
  };
  stage.validate = [&] {
    ops.set_training(false);
    return trainer.validate(fixed);
  };
  run_stage(stage, params, config.train, run);
}

}  // namespace flowtalk::train
