#include "flowtalk/encoder/speech_features.h"

#include <algorithm>
#include <cmath>

#include "flowtalk/base/flame_layout.h"

namespace flowtalk::encoder {
namespace {

constexpr Windows kWindows{24 * 50, 20 * 50, 2 * 50};  // encoder frames

constexpr double kFaintest = 1e-10;  // mean square, just below -99 dB

}  // namespace

std::vector<int> loudness_of(std::span<const float> samples) {
  constexpr size_t kHop = flame::kAudioHz / flame::kFps;
  const auto frames = static_cast<size_t>(motion_frames(static_cast<int64_t>(samples.size())));
  std::vector<int> loudness(frames);
  for (size_t t = 0; t < frames; ++t) {
    const size_t begin = std::min(samples.size(), t * kHop);
    double squares = 0;
    for (const float x : samples.subspan(begin, std::min(kHop, samples.size() - begin))) {
      squares += static_cast<double>(x) * static_cast<double>(x);
    }
    const double mean = squares / static_cast<double>(kHop);
    loudness[t] = std::max(-99, static_cast<int>(std::floor(10 * std::log10(mean + kFaintest))));
  }
  return loudness;
}

SpeechFeatures speech_features(ops::NativeOps& ops, const NativeHubert& hubert,
                               std::span<const float> samples,
                               const std::function<void()>& after_layer) {
  const auto wave = motion_waveform(samples, hubert.config.do_normalize);
  const tensor::Tensor frames = encode_last(ops, hubert, wave, kWindows, after_layer);
  return {pair_frames(ops, frames.reshape({1, frames.dim(0), frames.dim(1)})),
          loudness_of(samples)};
}

}  // namespace flowtalk::encoder
