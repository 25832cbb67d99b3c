#include "flowtalk/stream/hearing.h"

#include "flowtalk/base/error.h"
#include "flowtalk/encoder/speech_features.h"

namespace flowtalk::stream {

void Hearing::add(std::span<const float> samples) {
  const size_t before = wave_.size();
  wave_.insert(wave_.end(), samples.begin(), samples.end());
  if (hubert_->config.do_normalize) level_.apply(std::span(wave_).subspan(before));
}

tensor::Tensor Hearing::next(ops::NativeOps& ops, int64_t until) {
  const encoder::HubertConfig& config = hubert_->config;
  const int64_t hop = config.hop_samples();
  const int64_t frames = config.frames_heard(2 * until) - first_ / hop;  // of the convolutions
  if (frames > 0) {
    const int64_t count = (frames - 1) * hop + config.receptive_samples();
    FT_CHECK(count <= static_cast<int64_t>(wave_.size()), "{} samples of {}", wave_.size(), count);
    const auto wave = ops.constant({1, count}, std::span(wave_).first(static_cast<size_t>(count)));
    const auto encoded = hubert_->step(ops, past_, hubert_->local_features(ops, wave));
    features_ = ops.concat({features_, encoded}, 1);
    wave_.erase(wave_.begin(), wave_.begin() + frames * hop);
    first_ += frames * hop;
  }
  const int64_t wanted = 2 * (until - given_);
  const auto taken = ops.slice(features_, 1, 0, wanted);
  features_ = ops.slice(features_, 1, wanted, features_.dim(1));
  given_ = until;
  return encoder::pair_frames(ops, taken);
}

}  // namespace flowtalk::stream
