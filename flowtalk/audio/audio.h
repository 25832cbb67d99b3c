// Sound in: any file that libav reads becomes mono float samples at 16 kHz.
#pragma once

#include <filesystem>
#include <vector>

#include "flowtalk/base/flame_layout.h"

namespace flowtalk::audio {

struct Audio {
  int rate_hz = flame::kAudioHz;
  std::vector<float> samples;  // mono, nominally -1..1
  double duration_s() const { return static_cast<double>(samples.size()) / rate_hz; }
};

struct LoadOptions {
  int rate_hz = flame::kAudioHz;  // resampled to this
  // Error beyond it, as soon as the container says so or that much is decoded. One hour is 230 MB
  // of samples, the most that is worth holding at once.
  double max_duration_s = 3600;
  double min_duration_s = 0.1;  // Error below it
};

// The mean of the channels of the first audio stream. Errors (one line, naming the file): missing,
// not audio, no audio stream, empty, too short, too long, damaged (no sample decoded), not finite.
Audio load_audio(const std::filesystem::path& path, const LoadOptions& options = {});

// 16-bit PCM mono WAV; samples beyond -1..1 are clipped.
void save_wav(const std::filesystem::path& path, const Audio& audio);

}  // namespace flowtalk::audio
