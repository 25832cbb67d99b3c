#include "flowtalk/predict/predictor.h"

#include <cmath>
#include <utility>

#include "flowtalk/base/conditions.h"
#include "flowtalk/base/error.h"
#include "flowtalk/encoder/stored_encoder.h"
#include "flowtalk/params/checkpoint.h"
#include "flowtalk/predict/predictor_state.h"

namespace flowtalk::predict {
namespace fs = std::filesystem;
namespace {

using ops::NativeOps;
using tensor::Tensor;

}  // namespace

Tensor even_frames(NativeOps& ops, const Tensor& x) {
  const int64_t frames = x.dim(1);
  if (frames % 2 == 0) return x;
  return ops.concat({x, ops.slice(x, 1, frames - 1, frames)}, 1);
}

void check_emotion(const std::array<float, 8>& weights, float strength) {
  float sum = 0;
  for (const float w : weights) {
    if (!(w >= 0)) fail_usage("emotion weights: expected 0 or more, got {}", w);
    sum += w;
  }
  if (std::abs(sum - 1) > 1e-3f) fail_usage("emotion weights: expected a sum of 1, got {}", sum);
  if (!(strength >= 0 && strength <= kMaxStrength)) {
    fail_usage("strength: expected between 0 and {}, got {}", kMaxStrength, strength);
  }
}

void Predictor::State::make_model(params::NativeParams& source) {
  model = std::make_unique<model::NativeFlowTalk>(params::Scope<NativeOps>(source), config);
  source.finish();
}

void Predictor::State::make_model(params::NativeParams& source, const fs::path& checkpoint,
                                  const fs::path& encoder_folder) {
  const encoder::StoredEncoder stored(encoder_folder);
  const auto& wanted = config.external_encoder;
  config.encoder = stored.config();
  auto encoder = stored.make(ops);
  const auto got = stored.identity();
  if (!got.used()) {
    fail(
        "{}: is an encoder of flowtalk, {} was trained with one of Hugging Face; give its folder "
        "(it was {})",
        encoder_folder.string(), checkpoint.string(), wanted.folder);
  }
  if (got.fingerprint != wanted.fingerprint) {
    fail(
        "{}: is not the encoder that {} was trained with: fingerprint {} ({} values), expected "
        "{} ({} values); give --encoder the folder of training (it was {})",
        encoder_folder.string(), checkpoint.string(), got.fingerprint, got.values,
        wanted.fingerprint, wanted.values, wanted.folder);
  }
  model = std::make_unique<model::NativeFlowTalk>(params::Scope<NativeOps>(source), config,
                                                  std::move(encoder));
  source.finish();
  drop_pages = [stored] { stored.drop_pages(); };
}

Predictor::Predictor(std::unique_ptr<State> state) : state_(std::move(state)) {}
Predictor::~Predictor() = default;
Predictor::Predictor(Predictor&&) noexcept = default;
Predictor& Predictor::operator=(Predictor&&) noexcept = default;

const model::ModelConfig& Predictor::config() const { return state_->config; }

Predictor Predictor::load(const fs::path& folder, int threads, const fs::path& encoder) {
  auto checkpoint = params::load_checkpoint(folder);
  const std::string where = (folder / "config.json").string();
  if (checkpoint.config.value("kind", "") != "model" || !checkpoint.config.contains("model")) {
    fail("{}: is no whole model (kind '{}'); give the checkpoint of `flowtalk train generator`",
         where, checkpoint.config.value("kind", ""));
  }
  auto state = std::make_unique<State>(threads);
  from_json(checkpoint.config["model"], state->config, where);
  state->config.encoder.check(where);
  state->config.encoder.check_motion_rate(where);
  const auto& wanted = state->config.external_encoder;
  params::NativeParams source(std::move(checkpoint.weights));
  if (!wanted.used()) {
    if (!encoder.empty()) {
      fail("{}: has its encoder inside; leave --encoder {} out", where, encoder.string());
    }
    state->make_model(source);
  } else {
    if (encoder.empty()) {
      fail(
          "{}: needs the encoder it was trained with, fingerprint {} ({} values); give its folder "
          "with --encoder (it was {} in training)",
          where, wanted.fingerprint, wanted.values, wanted.folder);
    }
    state->make_model(source, folder, encoder);
  }
  return Predictor(std::move(state));
}

SpeechFeatures Predictor::encode(const audio::Audio& audio) const {
  FT_CHECK(audio.rate_hz == flame::kAudioHz, "rate {}", audio.rate_hz);
  const std::lock_guard lock(state_->mutex);
  return encoder::speech_features(state_->ops, state_->model->encoder, audio.samples,
                                  state_->drop_pages);
}

}  // namespace flowtalk::predict
