#include "flowtalk/encoder/speech_features.h"

#include <algorithm>
#include <cmath>

#include "flowtalk/base/flame_layout.h"

namespace flowtalk::encoder {
namespace {

constexpr Windows kWindows{24 * 50, 20 * 50, 2 * 50};  // encoder frames

constexpr size_t kHop = flame::kAudioHz / flame::kFps;  // samples of a motion frame

constexpr double kFaintest = 1e-10;  // mean square, just below -99 dB

// Frames (F, C) -> (count, C): the first of them, or where the rate is another one linearly between
// them, the ends as they are.
tensor::Tensor arranged(const tensor::Tensor& frames, int64_t count, bool between) {
  const int64_t channels = frames.dim(1), last = frames.dim(0) - 1;
  tensor::Tensor result({count, channels});
  for (int64_t t = 0; t < count; ++t) {
    const double at = !between    ? static_cast<double>(t)
                      : count > 1 ? static_cast<double>(t * last) / static_cast<double>(count - 1)
                                  : 0;
    const auto before = std::min(last, static_cast<int64_t>(at));
    const auto share = static_cast<float>(at - static_cast<double>(before));
    const float* a = frames.data() + before * channels;
    const float* b = frames.data() + std::min(last, before + 1) * channels;
    for (int64_t c = 0; c < channels; ++c) {
      result[t * channels + c] = share == 0 ? a[c] : (1 - share) * a[c] + share * b[c];
    }
  }
  return result;
}

}  // namespace

SpeechFeatures first_frames(const SpeechFeatures& speech, int64_t frames) {
  const int64_t whole = speech.values.dim(1), width = speech.values.dim(2);
  if (frames == whole) return speech;
  const auto values = speech.values.values(), beyond = speech.beyond.values();
  const auto first = static_cast<size_t>(frames * width);
  SpeechFeatures cut{tensor::Tensor({1, frames, width}, values.first(first)), speech.loudness};
  cut.loudness.resize(std::min(cut.loudness.size(), static_cast<size_t>(frames)));
  if (speech.beyond.empty()) return cut;
  std::vector<float> rest(values.begin() + static_cast<int64_t>(first), values.end());
  rest.insert(rest.end(), beyond.begin(), beyond.end());
  cut.beyond = tensor::Tensor({1, whole - frames + speech.beyond.dim(1), width}, rest);
  return cut;
}

int loudness_of_squares(double squares) {
  const double mean = squares / static_cast<double>(kHop);
  return std::max(-99, static_cast<int>(std::floor(10 * std::log10(mean + kFaintest))));
}

std::vector<int> loudness_of(std::span<const float> samples) {
  const auto frames = static_cast<size_t>(motion_frames(static_cast<int64_t>(samples.size())));
  std::vector<int> loudness(frames);
  for (size_t t = 0; t < frames; ++t) {
    const size_t begin = std::min(samples.size(), t * kHop);
    double squares = 0;
    for (const float x : samples.subspan(begin, std::min(kHop, samples.size() - begin))) {
      squares += static_cast<double>(x) * static_cast<double>(x);
    }
    loudness[t] = loudness_of_squares(squares);
  }
  return loudness;
}

SpeechFeatures speech_features(ops::NativeOps& ops, const NativeHubert& hubert,
                               std::span<const float> samples,
                               const std::function<void()>& after_layer, int64_t ahead) {
  const int64_t frames = motion_frames(static_cast<int64_t>(samples.size()));
  const bool bounded = hubert.config.bounded();
  const int64_t all = bounded ? frames + frames % 2 + ahead : frames;
  const auto wave = waveform_of(samples, 2 * all, hubert.config);
  const tensor::Tensor encoded = encode_last(ops, hubert, wave, kWindows, after_layer);
  const auto heard = encoded.reshape({1, encoded.dim(0), encoded.dim(1)});
  const tensor::Tensor pairs = pair_frames(ops, ops.slice(heard, 1, 0, 2 * all));
  SpeechFeatures features{ops.slice(pairs, 1, 0, frames), loudness_of(samples)};
  if (bounded) features.beyond = ops.slice(pairs, 1, frames, all);
  return features;
}

SpeechFeatures speech_features(ops::NativeOps& ops, const NativeHubert& hubert,
                               std::span<const float> samples, const Timing& timing,
                               const std::function<void()>& after_layer, int64_t ahead) {
  if (timing.padded()) return speech_features(ops, hubert, samples, after_layer, ahead);
  const auto count = static_cast<int64_t>(samples.size());
  const int64_t heard = hubert.config.frames(count), frames = timing.frames(count, heard);
  if (heard < 1 || frames < 1) {
    fail(
        "the voice has {} samples at 16 kHz, too few for one frame of this model; give a longer "
        "one",
        count);
  }
  const auto wave = levelled(samples, hubert.config);
  const FrameRuleRow& rule = row_of(timing.rule);
  const auto arrange = [&](const tensor::Tensor& x) {
    return arranged(x, rule.beside * frames, timing.resamples());
  };
  const tensor::Tensor each =
      rule.local ? encode_arranged(ops, hubert, wave, arrange, after_layer)
                 : arrange(encode_last(ops, hubert, wave, Windows{.whole = heard}, after_layer));
  return {each.reshape({1, frames, rule.beside * each.dim(1)})};
}

}  // namespace flowtalk::encoder
