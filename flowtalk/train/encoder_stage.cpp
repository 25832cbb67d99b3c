#include "flowtalk/train/encoder_stage.h"

#include <torch/nn/functional/loss.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <span>
#include <utility>

#include "flowtalk/encoder/hubert.h"
#include "flowtalk/encoder/waveform.h"
#include "flowtalk/params/checkpoint.h"
#include "flowtalk/train/ahead.h"
#include "flowtalk/train/encoder_start.h"
#include "flowtalk/train/loop.h"

namespace flowtalk::train {
namespace {

using ops::TorchOps;
constexpr int64_t kIgnored = -100;  // target of frames that do not count
constexpr int64_t kHop = 320, kReceptive = 400;

int64_t samples_of(int64_t frames) { return (frames - 1) * kHop + kReceptive; }

struct SpeechBatch {
  torch::Tensor waveform;  // (B, S), as the encoder hears it
  torch::Tensor plain;     // the same as the teacher does; of the same shape
  torch::Tensor phones;    // (B, T) int64
  Share share;             // which they are of the batch of all ranks

  SpeechBatch part(const Share& wanted) const {
    const int64_t first = wanted.first - share.first;
    const auto rows = [&](const torch::Tensor& x) { return x.narrow(0, first, wanted.count); };
    return {rows(waveform), rows(plain), rows(phones), wanted};
  }
};

// Clips end to end with short silences until the window is full, then cut at a random place.
class SpeechWindows {
 public:
  SpeechWindows(const std::vector<data::PhoneClip>& clips, const EncoderRun& config,
                const Augment& augment)
      : clips_(clips),
        config_(config),
        augment_(augment),
        seed_(static_cast<uint64_t>(config.train.seed)) {
    if (clips.empty()) fail("train encoder: no clip with phones; make them with `data phones`");
    double sum = 0;
    for (const auto& clip : clips) cumulative_.push_back(sum += clip.audio.duration_s());
  }

  SpeechBatch draw(int64_t step, const Share& share) const {
    const Rng base = Rng(seed_).fork("speech").fork(static_cast<uint64_t>(step));
    const bool is_long = step % 2 == 1 && config_.long_window_s > 0;
    const float length_s = is_long ? config_.long_window_s : config_.window_s;
    Drawn drawn;
    for (int64_t i = share.first; i < share.first + share.count; ++i) {
      add(base.fork(static_cast<uint64_t>(i)), static_cast<int64_t>(length_s * 50), drawn);
    }
    return {torch::stack(drawn.waves), torch::stack(drawn.plain), torch::stack(drawn.targets),
            share};
  }

 private:
  struct Drawn {
    std::vector<torch::Tensor> waves, plain, targets;
  };

  const data::PhoneClip& pick(Rng& rng) const {
    const double at = rng.uniform(0, cumulative_.back());
    const auto found = std::upper_bound(cumulative_.begin(), cumulative_.end(), at);
    return clips_[std::min(static_cast<size_t>(found - cumulative_.begin()), clips_.size() - 1)];
  }

  data::PhoneClip joined(Rng& rng, int64_t samples_wanted) const {
    data::PhoneClip all;
    while (static_cast<int64_t>(all.audio.samples.size()) < samples_wanted + kHop) {
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

  void add(Rng rng, int64_t frames, Drawn& drawn) const {
    const int64_t samples = samples_of(frames);
    const data::PhoneClip clip = joined(rng, samples);
    const int64_t room = (static_cast<int64_t>(clip.audio.samples.size()) - samples) / kHop;
    const int64_t first = rng.integer(0, std::max<int64_t>(0, room));
    const auto begin = clip.audio.samples.begin() + first * kHop;
    std::vector<float> raw(begin, begin + samples);
    const auto classes = data::frame_targets(clip.phones, first + frames);
    std::vector<int64_t> targets(classes.begin() + first, classes.begin() + first + frames);
    change_level(rng.fork("level"), raw, targets);
    std::vector<float> wave = encoder::levelled(raw, config_.encoder);
    // Digital silence would leave every layer norm at zero variance, where its gradient is 1/eps.
    const double dither = std::pow(10.0, rng.uniform(-3, -2));
    for (float& sample : wave) sample += static_cast<float>(dither * rng.normal());
    drawn.waves.push_back(torch::tensor(wave));
    drawn.plain.push_back(config_.teacher > 0 ? torch::tensor(encoder::normalise(raw))
                                              : drawn.waves.back());
    drawn.targets.push_back(torch::tensor(targets));
  }

  // A window as it may be where a stream begins: louder or fainter, after silence or mere noise.
  void change_level(Rng rng, std::vector<float>& wave, std::vector<int64_t>& targets) const {
    if (config_.gain_db > 0) {
      const double db = rng.uniform(-static_cast<double>(config_.gain_db), config_.gain_db);
      for (float& x : wave) x *= static_cast<float>(std::pow(10.0, db / 20));
    }
    if (!rng.chance(config_.silent_start)) return;
    const auto frames = std::min(static_cast<size_t>(rng.uniform(10, 100)), targets.size());
    const double level = std::pow(10.0, rng.uniform(-80, -30) / 20);
    std::fill_n(targets.begin(), frames, int64_t{data::kSilence});
    for (float& x : std::span(wave).first(frames * kHop)) {
      x = static_cast<float>(level * rng.normal());
    }
  }

  const std::vector<data::PhoneClip>& clips_;
  const EncoderRun& config_;
  const Augment& augment_;
  uint64_t seed_;
  std::vector<double> cumulative_;
};

class EncoderTrainer {
 public:
  EncoderTrainer(const EncoderRun& config, TorchParams& params, TorchOps& ops,
                 std::optional<encoder::Hubert<TorchOps>> teacher)
      : encoder_(params::Scope<TorchOps>(params) / "encoder", config.encoder),
        head_(params::Scope<TorchOps>(params) / "phone_head", config.encoder.hidden_size,
              data::kPhoneCount),
        teacher_(std::move(teacher)),
        teacher_weight_(config.teacher),
        ops_(ops) {
    weights_ = torch::ones({data::kPhoneCount});
    weights_[data::kSilence] = config.silence_weight;
    weights_ = weights_.to(ops.device());
  }

  Lesson learn(const SpeechBatch& batch) {
    namespace F = torch::nn::functional;
    const torch::Tensor features = encoder_(ops_, batch.waveform.to(ops_.device()));
    const torch::Tensor scores = head_(ops_, features).flatten(0, 1);
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
    Lesson lesson{{{"total", {loss, weight.sum()}},
                   {"accuracy", {(hit * speech).sum(), speech.sum() + 1e-6}}},
                  [](const Losses& shares, const Losses&, double) { return shares.at("total"); }};
    if (!teacher_) return lesson;
    lesson.parts["teacher"] = plain((features - taught(batch)).square());
    lesson.total = [w = teacher_weight_](const Losses& shares, const Losses&, double) {
      return shares.at("total") + w * shares.at("teacher");
    };
    return lesson;
  }

 private:
  // What the teacher hears of it, without dropout.
  torch::Tensor taught(const SpeechBatch& batch) {
    const torch::NoGradGuard no_grad;
    const bool training = ops_.training();
    ops_.set_training(false);
    const torch::Tensor features = (*teacher_)(ops_, batch.plain.to(ops_.device()));
    ops_.set_training(training);
    return features;
  }

  encoder::Hubert<TorchOps> encoder_;
  nn::Linear<TorchOps> head_;
  std::optional<encoder::Hubert<TorchOps>> teacher_;
  float teacher_weight_;
  TorchOps& ops_;
  torch::Tensor weights_;
};

}  // namespace

void train_encoder(const EncoderRun& config, const RunFolder& run,
                   const std::vector<data::PhoneClip>& training,
                   const std::vector<data::PhoneClip>& validation, const Augment& augment,
                   const std::filesystem::path& from) {
  config.encoder.check("encoder");
  if (config.teacher > 0 && from.empty()) {
    fail_usage("teacher: the encoder that training begins from teaches; give {}", Field("from"));
  }
  if (config.keep_convolutions && from.empty()) {
    fail_usage(
        "keep_convolutions: those of the encoder that training begins from are kept; give {}",
        Field("from"));
  }
  TorchOps ops = ops_of(config.train, run.options());
  TorchParams params(static_cast<uint64_t>(config.train.seed), ops.device());
  std::optional<encoder::Hubert<TorchOps>> teacher;
  if (!from.empty()) {
    const encoder::StoredEncoder stored(from);
    preload_encoder(stored, config.encoder, params);
    if (config.teacher > 0) teacher = stored.make(ops);
  }
  if (const auto last = run.checkpoint()) params.preload(params::load_checkpoint(*last).weights);
  EncoderTrainer trainer(config, params, ops, std::move(teacher));
  if (config.keep_convolutions) params.freeze("encoder/conv/");
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
