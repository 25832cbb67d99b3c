// What a stream hears: samples at 16 kHz to speech features, step by step. State of one voice.
#pragma once

#include <span>
#include <vector>

#include "flowtalk/encoder/native.h"
#include "flowtalk/encoder/running_level.h"
#include "flowtalk/nn/together.h"

namespace flowtalk::stream {

class Hearing {
 public:
  Hearing(const encoder::NativeHubert& hubert, ops::NativeOps& ops)
      : hubert_(&hubert),
        past_(hubert.begin(ops)),
        wave_(static_cast<size_t>(hubert.config.conv_past), 0.0f),
        features_(ops.zeros({1, 0, width()})) {}

  // The samples that come next.
  void add(std::span<const float> samples);
  // Samples that have come.
  int64_t heard() const {
    return first_ + static_cast<int64_t>(wave_.size()) - hubert_->config.conv_past;
  }

  // Speech features (B, n, 2C) of voices over one encoder: of each the n motion frames after those
  // of the call before, which are known by heard(). Voices that step together have as many to
  // convolve. The same bytes as encoder::speech_features.
  static tensor::Tensor next(ops::NativeOps& ops, nn::Together<Hearing> voices, int64_t n);

 private:
  int64_t width() const { return hubert_->config.hidden_size; }
  // Encoder frames that n further motion frames need and that are not convolved yet; their samples
  // (1, n); and that they are convolved now.
  int64_t frames_to_convolve(int64_t n) const;
  tensor::Tensor wave(ops::NativeOps& ops, int64_t frames) const;
  void forget(int64_t frames);

  const encoder::NativeHubert* hubert_;
  encoder::NativeHubert::Past past_;
  encoder::RunningLevel level_;
  std::vector<float> wave_;  // levelled, from conv_past before sample first_ on
  int64_t first_ = 0;        // on the grid of encoder frames
  int64_t given_ = 0;        // motion frames
  tensor::Tensor features_;  // (1, n, C): encoder frames beyond them
};

}  // namespace flowtalk::stream
