// The decoding loop behind load_audio and load_recording, within this room only.
#pragma once

#include <filesystem>
#include <functional>

#include "flowtalk/audio/audio.h"
#include "flowtalk/audio/libav.h"

namespace flowtalk::audio {

// What the containers say beside the frames: `rate_hz` and `channels` are left to whoever got
// these. Calls add for every decoded frame of the first audio stream: a positive rate and 1 to 32
// channels, anything else may change from frame to frame. Errors name the file: missing, not
// audio, no audio stream, stated to last longer than max_duration_s or doing so with its gaps,
// damaged.
SourceFormat decode_audio(const std::filesystem::path& path, double max_duration_s,
                          const std::function<void(const AVFrame&)>& add);

}  // namespace flowtalk::audio
