// The decoding loop behind load_audio and load_recording, within this room only.
#pragma once

#include <filesystem>
#include <functional>

#include "flowtalk/audio/libav.h"

namespace flowtalk::audio {

// Calls add for every decoded frame of the first audio stream: a positive rate and 1 to 32
// channels, anything else may change from frame to frame. Errors name the file: missing, not
// audio, no audio stream, stated to last longer than max_duration_s, damaged.
// Returns how long the container says the sound lasts, seconds; 0 if it does not say it.
double decode_audio(const std::filesystem::path& path, double max_duration_s,
                    const std::function<void(const AVFrame&)>& add);

}  // namespace flowtalk::audio
