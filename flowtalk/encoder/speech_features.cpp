#include "flowtalk/encoder/speech_features.h"

namespace flowtalk::encoder {
namespace {

constexpr Windows kWindows{24 * 50, 20 * 50, 2 * 50};  // encoder frames

}  // namespace

SpeechFeatures speech_features(ops::NativeOps& ops, const NativeHubert& hubert,
                               std::span<const float> samples,
                               const std::function<void()>& after_layer) {
  const auto wave = motion_waveform(samples, hubert.config.do_normalize);
  const tensor::Tensor frames = encode_last(ops, hubert, wave, kWindows, after_layer);
  return {pair_frames(ops, frames.reshape({1, frames.dim(0), frames.dim(1)}))};
}

}  // namespace flowtalk::encoder
