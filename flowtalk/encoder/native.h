// HuBERT on the native backend, for clips of any length.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "flowtalk/encoder/hubert.h"
#include "flowtalk/ops/native.h"

namespace flowtalk::encoder {

extern template struct Hubert<ops::NativeOps>;
using NativeHubert = Hubert<ops::NativeOps>;

// How long clips are cut for the transformer, in encoder frames: up to `whole` in one piece, longer
// ones in windows with context on both sides. The convolutions see no windows: their norm over
// time is that of the whole clip, and their result does not depend on how it is cut.
struct Windows {
  int64_t whole = 3000, window = 2000, context = 250;  // 60 s, 40 s, 5 s
};

// The wanted hidden states (ascending; 0 is what enters the first layer) of a waveform that is
// prepared already, each (T, H). `after_layer` is called after every layer. The waveform must hold
// at least receptive_samples().
std::vector<tensor::Tensor> encode(
    ops::NativeOps& ops, const NativeHubert& hubert, std::span<const float> waveform,
    std::span<const int64_t> states, const Windows& windows = {},
    const std::function<void()>& after_layer = [] {});
// The last state of a clip in one piece, whose convolved frames (F, C) become others, (F', C),
// before the transformer sees them.
tensor::Tensor encode_arranged(
    ops::NativeOps& ops, const NativeHubert& hubert, std::span<const float> waveform,
    const std::function<tensor::Tensor(const tensor::Tensor&)>& arrange,
    const std::function<void()>& after_layer = [] {});
// The last one.
tensor::Tensor encode_last(
    ops::NativeOps& ops, const NativeHubert& hubert, std::span<const float> waveform,
    const Windows& windows = {}, const std::function<void()>& after_layer = [] {});

}  // namespace flowtalk::encoder
