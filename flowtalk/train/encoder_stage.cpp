#include "flowtalk/train/encoder_stage.h"

#include <torch/nn/functional/loss.h>

#include <algorithm>
#include <cmath>

#include "flowtalk/encoder/hubert.h"
#include "flowtalk/encoder/waveform.h"
#include "flowtalk/params/checkpoint.h"
#include "flowtalk/train/ahead.h"
#include "flowtalk/train/loop.h"

namespace flowtalk::train {
namespace {

using ops::TorchOps;
constexpr int64_t kIgnored = -100;  // target of frames that do not count
constexpr int64_t kHop = 320, kReceptive = 400;

struct SpeechBatch {
  torch::Tensor waveform;  // (B, S)
  torch::Tensor phones;    // (B, T) int64
  Share share;             // which they are of the batch of all ranks

  SpeechBatch part(const Share& wanted) const {
    const int64_t first = wanted.first - share.first;
    return {waveform.narrow(0, first, wanted.count), phones.narrow(0, first, wanted.count), wanted};
  }
};

// Clips end to end with short silences until the window is full, then cut at a random place.
class SpeechWindows {
 public:
  SpeechWindows(const std::vector<data::PhoneClip>& clips, const EncoderRun& config,
                const Augment& augment)
      : clips_(clips), augment_(augment), seed_(static_cast<uint64_t>(config.train.seed)) {
    if (clips.empty()) fail("train encoder: no clip with phones; make them with `data phones`");
    frames_ = static_cast<int64_t>(config.window_s * 50);
    samples_ = (frames_ - 1) * kHop + kReceptive;
    double sum = 0;
    for (const auto& clip : clips) cumulative_.push_back(sum += clip.audio.duration_s());
  }

  SpeechBatch draw(int64_t step, const Share& share) const {
    const Rng base = Rng(seed_).fork("speech").fork(static_cast<uint64_t>(step));
    std::vector<torch::Tensor> waves, targets;
    for (int64_t i = share.first; i < share.first + share.count; ++i) {
      add(base.fork(static_cast<uint64_t>(i)), waves, targets);
    }
    return {torch::stack(waves), torch::stack(targets), share};
  }

 private:
  const data::PhoneClip& pick(Rng& rng) const {
    const double at = rng.uniform(0, cumulative_.back());
    const auto found = std::upper_bound(cumulative_.begin(), cumulative_.end(), at);
    return clips_[std::min(static_cast<size_t>(found - cumulative_.begin()), clips_.size() - 1)];
  }

  data::PhoneClip joined(Rng& rng) const {
    data::PhoneClip all;
    while (static_cast<int64_t>(all.audio.samples.size()) < samples_ + kHop) {
      const data::PhoneClip& source = pick(rng);
      const data::PhoneClip clip = augment_ ? augment_(source, rng.fork(rng.next_u64())) : source;
      const double offset = all.audio.duration_s();
      for (auto phone : clip.phones) {
        phone.start_s += offset;
        phone.end_s += offset;
        all.phones.push_back(phone);
      }
      auto& samples = all.audio.samples;
      samples.insert(samples.end(), clip.audio.samples.begin(), clip.audio.samples.end());
      samples.resize(samples.size() + static_cast<size_t>(rng.integer(0, 3200)), 0.0f);
    }
    return all;
  }

  void add(Rng rng, std::vector<torch::Tensor>& waves, std::vector<torch::Tensor>& targets) const {
    const data::PhoneClip clip = joined(rng);
    const int64_t room = (static_cast<int64_t>(clip.audio.samples.size()) - samples_) / kHop;
    const int64_t first = rng.integer(0, std::max<int64_t>(0, room));
    const auto begin = clip.audio.samples.begin() + first * kHop;
    std::vector<float> wave = encoder::normalise({begin, begin + samples_});
    // Digital silence would leave every layer norm at zero variance, where its gradient is 1/eps.
    const double dither = std::pow(10.0, rng.uniform(-3, -2));
    for (float& sample : wave) sample += static_cast<float>(dither * rng.normal());
    waves.push_back(torch::tensor(wave));
    const auto classes = data::frame_targets(clip.phones, first + frames_);
    targets.push_back(torch::tensor(
        std::vector<int64_t>(classes.begin() + first, classes.begin() + first + frames_)));
  }

  const std::vector<data::PhoneClip>& clips_;
  const Augment& augment_;
  uint64_t seed_;
  int64_t frames_ = 0, samples_ = 0;
  std::vector<double> cumulative_;
};

class EncoderTrainer {
 public:
  EncoderTrainer(const EncoderRun& config, TorchParams& params, TorchOps& ops)
      : encoder_(params::Scope<TorchOps>(params) / "encoder", config.encoder),
        head_(params::Scope<TorchOps>(params) / "phone_head", config.encoder.hidden_size,
              data::kPhoneCount),
        ops_(ops) {
    weights_ = torch::ones({data::kPhoneCount});
    weights_[data::kSilence] = config.silence_weight;
    weights_ = weights_.to(ops.device());
  }

  Lesson learn(const SpeechBatch& batch) {
    namespace F = torch::nn::functional;
    const torch::Tensor scores =
        head_(ops_, encoder_(ops_, batch.waveform.to(ops_.device()))).flatten(0, 1);
    const torch::Tensor truth = batch.phones.to(ops_.device()).flatten();
    const torch::Tensor loss = F::cross_entropy(scores, truth,
                                                F::CrossEntropyFuncOptions()
                                                    .weight(weights_)
                                                    .ignore_index(kIgnored)
                                                    .label_smoothing(0.05)
                                                    .reduction(torch::kSum));
    const torch::Tensor known = (truth != kIgnored).to(torch::kFloat32);
    const torch::Tensor weight = weights_.index_select(0, truth.clamp_min(0)) * known;
    const torch::Tensor speech = (truth != data::kSilence).to(torch::kFloat32);
    const torch::Tensor hit = (scores.detach().argmax(-1) == truth).to(torch::kFloat32);
    return {{{"total", {loss, weight.sum()}},
             {"accuracy", {(hit * speech).sum(), speech.sum() + 1e-6}}},
            [](const Losses& shares, const Losses&, double) { return shares.at("total"); }};
  }

 private:
  encoder::Hubert<TorchOps> encoder_;
  nn::Linear<TorchOps> head_;
  TorchOps& ops_;
  torch::Tensor weights_;
};

}  // namespace

void train_encoder(const EncoderRun& config, const RunFolder& run,
                   const std::vector<data::PhoneClip>& training,
                   const std::vector<data::PhoneClip>& validation, const Augment& augment) {
  config.encoder.check("encoder");
  TorchOps ops = ops_of(config.train, run.options());
  TorchParams params(static_cast<uint64_t>(config.train.seed), ops.device());
  if (const auto last = run.checkpoint()) params.preload(params::load_checkpoint(*last).weights);
  EncoderTrainer trainer(config, params, ops);
  const SpeechWindows windows(training, config, augment);
  const Augment none;
  const SpeechWindows held_out(validation, config, none);
  const Share mine = run.ranks().share(config.train.batch);
  Ahead<SpeechBatch> next([&](int64_t step) { return windows.draw(step, mine); });
  SpeechBatch now;

  Stage stage;
  stage.name = "encoder";
  stage.data = fmt::format("{} recordings", training.size());
  stage.trainable = {"encoder/", "phone_head/"};
  stage.config = Json{{"kind", "encoder"}, {"encoder", to_json(config.encoder)}};
  stage.before_batch = [&](int64_t step) {
    ops.set_training(true);
    now = next(step);
  };
  stage.learn = [&](int64_t, const Share& piece) { return trainer.learn(now.part(piece)); };
  constexpr int64_t kBatches = 8;
  stage.held_out = kBatches * config.train.batch;
  stage.judge = [&](const Share& piece) {
    ops.set_training(false);
    return trainer.learn(held_out.draw(0, piece)).parts;
  };
  stage.figures = numbers_of;
  run_stage(stage, params, config.train, run);
}

}  // namespace flowtalk::train
