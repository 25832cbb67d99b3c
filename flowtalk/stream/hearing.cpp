#include "flowtalk/stream/hearing.h"

#include "flowtalk/base/error.h"
#include "flowtalk/encoder/speech_features.h"

namespace flowtalk::stream {

using tensor::Tensor;

void Hearing::add(std::span<const float> samples) {
  const size_t before = wave_.size();
  wave_.insert(wave_.end(), samples.begin(), samples.end());
  if (hubert_->config.do_normalize) level_.apply(std::span(wave_).subspan(before));
}

int64_t Hearing::frames_to_convolve(int64_t n) const {
  const encoder::HubertConfig& config = hubert_->config;
  return config.frames_heard(2 * (given_ + n)) - first_ / config.hop_samples();
}

Tensor Hearing::wave(ops::NativeOps& ops, int64_t frames) const {
  const encoder::HubertConfig& config = hubert_->config;
  const int64_t count = (frames - 1) * config.hop_samples() + config.receptive_samples();
  FT_CHECK(count <= static_cast<int64_t>(wave_.size()), "{} samples of {}", wave_.size(), count);
  return ops.constant({1, count}, std::span(wave_).first(static_cast<size_t>(count)));
}

void Hearing::forget(int64_t frames) {
  const int64_t samples = frames * hubert_->config.hop_samples();
  wave_.erase(wave_.begin(), wave_.begin() + samples);
  first_ += samples;
}

Tensor Hearing::next(ops::NativeOps& ops, nn::Together<Hearing> voices, int64_t n) {
  const encoder::NativeHubert& hubert = *voices.front()->hubert_;
  const int64_t frames = voices.front()->frames_to_convolve(n);
  Tensor encoded = ops.zeros({std::ssize(voices), 0, hubert.config.hidden_size});
  if (frames > 0) {
    RecycledVector<Tensor> waves;
    for (const Hearing* voice : voices) {
      FT_CHECK(voice->frames_to_convolve(n) == frames, "{} frames to convolve, and {}", frames,
               voice->frames_to_convolve(n));
      waves.push_back(voice->wave(ops, frames));
    }
    const auto past = nn::parts_of(
        voices, [](Hearing & voice) -> auto& { return voice.past_; });
    encoded = hubert.step(ops, past, hubert.convolved(ops, ops.concat(waves, 0)));
    for (Hearing* voice : voices) voice->forget(frames);
  }
  for (Hearing* voice : voices) voice->given_ += n;
  const auto waiting = nn::parts_of(
      voices, [](Hearing & voice) -> auto& { return voice.features_; });
  return encoder::pair_frames(ops,
                              nn::next_frames(ops, nn::Together<Tensor>(waiting), encoded, 2 * n));
}

}  // namespace flowtalk::stream
