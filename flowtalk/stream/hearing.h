// What a stream hears: samples at 16 kHz to speech features, step by step. State of one voice.
#pragma once

#include <span>
#include <vector>

#include "flowtalk/encoder/native.h"
#include "flowtalk/encoder/running_level.h"

namespace flowtalk::stream {

class Hearing {
 public:
  Hearing(const encoder::NativeHubert& hubert, ops::NativeOps& ops)
      : hubert_(&hubert), past_(hubert.begin(ops)), features_(ops.zeros({1, 0, width()})) {}

  // The samples that come next.
  void add(std::span<const float> samples);
  // Samples that have come.
  int64_t heard() const { return first_ + static_cast<int64_t>(wave_.size()); }

  // Speech features (1, n, 2C) of the motion frames after those of the call before, to frame
  // `until`; heard() must be what they depend on. The same bytes as encoder::speech_features.
  tensor::Tensor next(ops::NativeOps& ops, int64_t until);

 private:
  int64_t width() const { return hubert_->config.hidden_size; }

  const encoder::NativeHubert* hubert_;
  encoder::NativeHubert::Past past_;
  encoder::RunningLevel level_;
  std::vector<float> wave_;  // levelled, from sample first_ on
  int64_t first_ = 0;        // on the grid of encoder frames
  int64_t given_ = 0;        // motion frames
  tensor::Tensor features_;  // (1, n, C): encoder frames beyond them
};

}  // namespace flowtalk::stream
