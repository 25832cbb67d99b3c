#include "flowtalk/predict/predictor.h"

#include <cmath>
#include <utility>

#include "flowtalk/base/conditions.h"
#include "flowtalk/base/error.h"
#include "flowtalk/encoder/hugging_face.h"
#include "flowtalk/encoder/native.h"
#include "flowtalk/encoder/waveform.h"
#include "flowtalk/params/checkpoint.h"
#include "flowtalk/predict/predictor_state.h"

namespace flowtalk::predict {
namespace fs = std::filesystem;
namespace {

using ops::NativeOps;
using tensor::Tensor;

// Encoder frames: windows of 20 s with 2 s of context, clips up to 24 s in one piece.
constexpr encoder::Windows kWindows{24 * 50, 20 * 50, 2 * 50};

model::ModelConfig config_of(const params::Checkpoint& checkpoint, const std::string& where) {
  if (checkpoint.config.value("kind", "") != "model" || !checkpoint.config.contains("model")) {
    fail("{}: is no whole model (kind '{}'); give the checkpoint of `flowtalk train generator`",
         where, checkpoint.config.value("kind", ""));
  }
  model::ModelConfig config;
  config.conditions = mead_conditions();
  from_json(checkpoint.config["model"], config, where);
  config.encoder.check(where);
  config.encoder.check_motion_rate(where);
  return config;
}

}  // namespace

Tensor even_frames(NativeOps& ops, const Tensor& x) {
  const int64_t frames = x.dim(1);
  if (frames % 2 == 0) return x;
  return ops.concat({x, ops.slice(x, 1, frames - 1, frames)}, 1);
}

void Predictor::State::make_model(params::NativeParams& source) {
  model = std::make_unique<model::NativeFlowTalk>(params::Scope<NativeOps>(source), config);
  source.finish();
}

void Predictor::State::make_model(params::NativeParams& source, const fs::path& checkpoint,
                                  const fs::path& encoder_folder) {
  auto opened = std::make_shared<encoder::HuggingFaceFolder>(encoder_folder);
  const auto& wanted = config.external_encoder;
  config.encoder = opened->config;
  encoder::HuggingFaceParams<NativeOps> encoder_source(opened->weights, ops);
  encoder::NativeHubert encoder(params::Scope<NativeOps>(encoder_source), opened->config);
  opened->weights.finish();
  const auto got = opened->weights.identity(opened->config, encoder_folder.string());
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
  drop_pages = [opened] { opened->weights.drop_pages(); };
}

Predictor::Predictor(std::unique_ptr<State> state) : state_(std::move(state)) {}
Predictor::~Predictor() = default;
Predictor::Predictor(Predictor&&) noexcept = default;
Predictor& Predictor::operator=(Predictor&&) noexcept = default;

const model::ModelConfig& Predictor::config() const { return state_->config; }

model::ModelConfig load_config(const fs::path& checkpoint) {
  return config_of(params::load_checkpoint(checkpoint), (checkpoint / "config.json").string());
}

Predictor Predictor::load(const fs::path& folder, int threads, const fs::path& encoder) {
  auto checkpoint = params::load_checkpoint(folder);
  const std::string where = (folder / "config.json").string();
  auto state = std::make_unique<State>(threads);
  state->config = config_of(checkpoint, where);
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
  const auto wave = encoder::motion_waveform(audio.samples, state_->config.encoder.do_normalize);
  const Tensor all =
      encoder::encode_last(state_->ops, state_->model->encoder, wave, kWindows, state_->drop_pages);
  return {all.reshape({1, all.dim(0) / 2, 2 * all.dim(1)})};
}

}  // namespace flowtalk::predict
