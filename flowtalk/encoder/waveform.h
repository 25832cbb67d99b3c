// Preparing samples for the encoder, and pairing its 50 Hz frames to 25 Hz motion frames.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "flowtalk/encoder/hubert_config.h"

namespace flowtalk::encoder {

// Zero mean, unit variance over the clip (variance + 1e-7, as the Hugging Face feature extractor).
std::vector<float> normalise(std::span<const float> samples);

// Motion frames of a clip: round(25 duration), at least 1.
int64_t motion_frames(int64_t samples);

// A wave at the level that the encoder wants: normalised over all of it, by its past, or as it is.
std::vector<float> levelled(std::span<const float> samples, const HubertConfig& config);

// What the encoder hears of a clip of which the first `frames` features (50 Hz) are wanted, with
// zeros where the clip has ended, levelled. Of a bounded encoder (HubertConfig) that is all that
// they depend on; of another one the frames themselves, each 400 samples of which 320 are new.
std::vector<float> waveform_of(std::span<const float> samples, int64_t frames,
                               const HubertConfig& config);

}  // namespace flowtalk::encoder
