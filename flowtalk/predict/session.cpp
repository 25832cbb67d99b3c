#include "flowtalk/predict/session.h"

#include <utility>

#include "flowtalk/audio/voiceless.h"
#include "flowtalk/base/error.h"
#include "flowtalk/encoder/speech_features.h"
#include "flowtalk/model/lookahead.h"
#include "flowtalk/predict/workspace.h"

namespace flowtalk::predict {

using ops::NativeOps;
using tensor::Tensor;

Tensor even_frames(NativeOps& ops, const Tensor& x) {
  const int64_t frames = x.dim(1);
  if (frames % 2 == 0) return x;
  return ops.concat({x, ops.slice(x, 1, frames - 1, frames)}, 1);
}

Session::Session(std::shared_ptr<const Model> model, int threads)
    : state_(std::make_unique<State>(std::move(model), threads)) {}
Session Session::open(const std::filesystem::path& checkpoint, int threads,
                      const std::filesystem::path& encoder) {
  return Session(Model::load(checkpoint, encoder), threads);
}
Session::~Session() = default;
Session::Session(Session&&) noexcept = default;
Session& Session::operator=(Session&&) noexcept = default;

const std::shared_ptr<const Model>& Session::shared_model() const { return state_->model; }

SpeechFeatures Session::encode(const audio::Audio& audio) const {
  FT_CHECK(audio.rate_hz == flame::kAudioHz, "rate {}", audio.rate_hz);
  const Workspace work(*this);
  const encoder::Timing& timing = config().timing;
  // A published system hears noise as it is; so does a model that cannot know how long it lasts.
  const bool whole = timing.padded() && !model::hears_live(config());
  const auto heard = whole ? audio::without_noise_alone(audio.samples) : audio.samples;
  return encoder::speech_features(work.ops, work.network.encoder, heard, timing,
                                  model().network().drop_pages, config().condition.frames_ahead());
}

}  // namespace flowtalk::predict
