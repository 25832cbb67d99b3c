// Preparing samples for the encoder, and pairing its 50 Hz frames to 25 Hz motion frames.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace flowtalk::encoder {

// Zero mean, unit variance over the clip (variance + 1e-7, as the Hugging Face feature extractor).
std::vector<float> normalise(std::span<const float> samples);

// Motion frames of a clip: round(25 duration), at least 1.
int64_t motion_frames(int64_t samples);

// Samples with the zeros to the right that make exactly 2 motion_frames() encoder frames of 320
// samples hop and 400 receptive (80 samples restore the odd missing frame, the rest the rounding).
std::vector<float> pad_for_pairs(std::span<const float> samples);

// What the encoder hears of a clip whose motion is wanted: padded for pairs, and normalised if the
// encoder wants that.
std::vector<float> motion_waveform(std::span<const float> samples, bool do_normalize);

}  // namespace flowtalk::encoder
