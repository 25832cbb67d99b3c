// What a voice says, as motion is conditioned on it: the encoder's last hidden states, two frames
// of 50 Hz side by side for each motion frame of 25 Hz, or otherwise as the model's timing says.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "flowtalk/base/error.h"
#include "flowtalk/encoder/hubert.h"
#include "flowtalk/encoder/native.h"
#include "flowtalk/encoder/timing.h"
#include "flowtalk/encoder/waveform.h"
#include "flowtalk/ops/native.h"

namespace flowtalk::encoder {

// Of one clip: (1, T, 2C), T = motion_frames() of its samples, or as its timing says.
struct SpeechFeatures {
  tensor::Tensor values;
  // (T) how loud each frame is, whole decibels below full scale, which no processor rounds
  // another way; it tells one voice from another where chance is drawn for it. Or empty.
  std::vector<int> loudness{};
  // (1, A, 2C), of a bounded encoder: what it hears after the last frame, where there is silence.
  tensor::Tensor beyond{};
};

// The first frames; what follows is heard beyond them, where anything is.
SpeechFeatures first_frames(const SpeechFeatures& speech, int64_t frames);

// How loud each motion frame of samples at 16 kHz is: dB of full scale, rounded down, at least -99.
std::vector<int> loudness_of(std::span<const float> samples);

// The same of one frame, whose samples' squares add up to this.
int loudness_of_squares(double squares);

// Encoder frames (B, 2T, C) -> (B, T, 2C).
template <class Ops>
ops::TensorOf<Ops> pair_frames(Ops& ops, const ops::TensorOf<Ops>& frames) {
  const auto shape = ops.shape(frames);
  FT_CHECK(shape[1] % 2 == 0, "{} frames", shape[1]);
  return ops.reshape(frames, {shape[0], shape[1] / 2, 2 * shape[2]});
}

// Of samples at 16 kHz, in one piece: (1, T, 2C).
template <class Ops>
ops::TensorOf<Ops> speech_in_one_piece(Ops& ops, const Hubert<Ops>& hubert,
                                       std::span<const float> samples) {
  const int64_t frames = 2 * motion_frames(static_cast<int64_t>(samples.size()));
  const auto wave = waveform_of(samples, frames, hubert.config);
  const auto all = hubert(ops, ops.constant({1, static_cast<int64_t>(wave.size())}, wave));
  return pair_frames(ops, ops.slice(all, 1, 0, frames));
}

// The same for clips of any length: those of more than 24 s go through the transformer in windows
// of 20 s with 2 s of context on both sides, so that memory and time grow linearly. Of a bounded
// encoder, where windows change nothing, also `beyond`: frames to an even number, and `ahead` more.
SpeechFeatures speech_features(
    ops::NativeOps& ops, const NativeHubert& hubert, std::span<const float> samples,
    const std::function<void()>& after_layer = [] {}, int64_t ahead = 0);

// Those of a published system, by its timing: nothing is padded, and the clip goes through the
// transformer in one piece, as every frame depends on it. Error: a voice too short for one frame.
SpeechFeatures speech_features(
    ops::NativeOps& ops, const NativeHubert& hubert, std::span<const float> samples,
    const Timing& timing, const std::function<void()>& after_layer = [] {}, int64_t ahead = 0);

}  // namespace flowtalk::encoder
