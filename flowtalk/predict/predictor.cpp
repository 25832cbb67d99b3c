#include "flowtalk/predict/predictor.h"

#include <algorithm>
#include <cmath>
#include <mutex>
#include <utility>

#include "flowtalk/base/error.h"
#include "flowtalk/base/thread_pool.h"
#include "flowtalk/encoder/waveform.h"
#include "flowtalk/model/native.h"
#include "flowtalk/params/checkpoint.h"
#include "flowtalk/params/native_params.h"

namespace flowtalk::predict {
namespace {

using ops::NativeOps;
using tensor::Tensor;

constexpr int64_t kMotionHop = 640;   // samples per motion frame
constexpr int64_t kWindow = 20 * 25;  // motion frames of one encoder window
constexpr int64_t kContext = 2 * 25;  // motion frames of context on each side

void check(const PredictOptions& o) {
  float sum = 0;
  for (const float w : o.emotion) {
    if (!(w >= 0)) fail_usage("emotion weights: expected 0 or more, got {}", w);
    sum += w;
  }
  if (std::abs(sum - 1) > 1e-3f) fail_usage("emotion weights: expected a sum of 1, got {}", sum);
  if (!(o.strength >= 0 && o.strength <= 1.25f)) {
    fail_usage("strength: expected between 0 and 1.25, got {}", o.strength);
  }
  if (!(o.temperature >= 0 && o.temperature <= 1)) {
    fail_usage("temperature: expected between 0 and 1, got {}", o.temperature);
  }
  FT_CHECK(o.style >= 0 && o.style < model::kStyleCount, "style {}", o.style);
}

// (1, T, C) with one more frame, a copy of the last, if T is odd.
Tensor even_frames(NativeOps& ops, const Tensor& x) {
  const int64_t frames = x.dim(1);
  if (frames % 2 == 0) return x;
  return ops.concat({x, ops.slice(x, 1, frames - 1, frames)}, 1);
}

}  // namespace

struct Predictor::State {
  model::ModelConfig config;
  mutable ThreadPool pool;
  mutable std::mutex mutex;  // the pool serves one loop at a time
  mutable NativeOps ops;
  std::unique_ptr<model::NativeFlowTalk> model;

  explicit State(int threads) : pool(threads), ops(pool) {}

  // Features of motion frames [begin, end) of normalised, padded samples.
  Tensor window(const std::vector<float>& wave, int64_t begin, int64_t end) const {
    const int64_t count = (2 * (end - begin) - 1) * (kMotionHop / 2) + 400;
    const std::span<const float> piece(wave.data() + begin * kMotionHop,
                                       static_cast<size_t>(count));
    return model->speech(ops, ops.constant({1, count}, piece));
  }
};

Predictor::Predictor(std::unique_ptr<State> state) : state_(std::move(state)) {}
Predictor::~Predictor() = default;
Predictor::Predictor(Predictor&&) noexcept = default;
Predictor& Predictor::operator=(Predictor&&) noexcept = default;

const model::ModelConfig& Predictor::config() const { return state_->config; }

Predictor Predictor::load(const std::filesystem::path& folder, int threads) {
  auto checkpoint = params::load_checkpoint(folder);
  const std::string where = (folder / "config.json").string();
  if (checkpoint.config.value("kind", "") != "model" || !checkpoint.config.contains("model")) {
    fail("{}: is no whole model (kind '{}'); give the checkpoint of `flowtalk train generator`",
         where, checkpoint.config.value("kind", ""));
  }
  auto state = std::make_unique<State>(threads);
  from_json(checkpoint.config["model"], state->config, where);
  state->config.encoder.check(where);
  params::NativeParams source(std::move(checkpoint.weights));
  state->model =
      std::make_unique<model::NativeFlowTalk>(params::Scope<NativeOps>(source), state->config);
  source.finish();
  return Predictor(std::move(state));
}

SpeechFeatures Predictor::encode(const audio::Audio& audio) const {
  FT_CHECK(audio.rate_hz == flame::kAudioHz, "rate {}", audio.rate_hz);
  const std::lock_guard lock(state_->mutex);
  const auto wave = encoder::normalise(encoder::pad_for_pairs(audio.samples));
  const int64_t frames = encoder::motion_frames(static_cast<int64_t>(audio.samples.size()));
  if (frames <= kWindow + 2 * kContext) return {state_->window(wave, 0, frames)};
  const int64_t channels = 2 * state_->config.encoder.hidden_size;
  Tensor all({1, frames, channels});
  for (int64_t begin = 0; begin < frames; begin += kWindow) {
    const int64_t end = std::min(frames, begin + kWindow);
    const int64_t from = std::max<int64_t>(0, begin - kContext);
    const Tensor part = state_->window(wave, from, std::min(frames, end + kContext));
    std::copy_n(part.data() + (begin - from) * channels, (end - begin) * channels,
                all.data() + begin * channels);
  }
  return {all};
}

Tensor Predictor::predict(const SpeechFeatures& speech, const PredictOptions& options) const {
  check(options);
  const std::lock_guard lock(state_->mutex);
  NativeOps& ops = state_->ops;
  const auto& generator = state_->model->generator;
  const int64_t frames = speech.values.dim(1);
  const Tensor x = even_frames(ops, speech.values);
  const auto curve = condition::EmotionCurve::constant(options.emotion, options.strength, x.dim(1));
  const std::array<int64_t, 1> style = {options.style};
  const Tensor c = generator.condition(ops, x, generator.control(ops, curve), style);
  flow::NoiseAddress noise{options.seed, options.take, options.temperature};
  if (options.deterministic) noise.temperature = 0;
  const Tensor z = generator.generate(ops, generator.prepare(ops, c), noise);
  const Tensor motion = state_->model->prior.decode(ops, z);
  for (const float v : motion.values()) {
    if (!std::isfinite(v)) fail("predict: the model gave a value that is not finite; retrain it");
  }
  return Tensor({frames, flame::kMotion},
                motion.values().first(static_cast<size_t>(frames * flame::kMotion)));
}

}  // namespace flowtalk::predict
