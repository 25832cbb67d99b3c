// What a film sounds like: recordings as they are, at their own rate and with their channels.
#pragma once

#include <filesystem>
#include <span>

#include "flowtalk/audio/audio.h"

namespace flowtalk::video {

struct Soundtrack {
  audio::Recording recording;
  // The one file that the recording is of; its packets are taken over where the film's container
  // allows that. "": none.
  std::filesystem::path source;
};

// One file, or several one after the other with `pause_s` seconds of silence between them, at the
// highest of their rates and with the most of their channels. The errors of audio::load_recording.
Soundtrack load_soundtrack(std::span<const std::filesystem::path> paths, double pause_s);

// Mono samples.
Soundtrack soundtrack_of(const audio::Audio& sound);

// The same sound at another rate and with other channels: the usual speakers of so many.
audio::Recording converted(const audio::Recording& recording, int rate_hz, int channels);

}  // namespace flowtalk::video
