#include "flowtalk/predict/session.h"

#include <utility>

#include "flowtalk/base/error.h"
#include "flowtalk/encoder/native.h"
#include "flowtalk/encoder/waveform.h"
#include "flowtalk/predict/workspace.h"

namespace flowtalk::predict {

using ops::NativeOps;
using tensor::Tensor;

namespace {

// Encoder frames: windows of 20 s with 2 s of context, clips up to 24 s in one piece.
constexpr encoder::Windows kWindows{24 * 50, 20 * 50, 2 * 50};

}  // namespace

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

const Model& Session::model() const { return *state_->model; }

SpeechFeatures Session::encode(const audio::Audio& audio) const {
  FT_CHECK(audio.rate_hz == flame::kAudioHz, "rate {}", audio.rate_hz);
  const Workspace work(*this);
  const auto wave = encoder::motion_waveform(audio.samples, config().encoder.do_normalize);
  const Tensor all = encoder::encode_last(work.ops, work.network.encoder, wave, kWindows,
                                          model().network().drop_pages);
  return {all.reshape({1, all.dim(0) / 2, 2 * all.dim(1)})};
}

}  // namespace flowtalk::predict
