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
  int rate_hz = flame::kAudioHz;     // resampled to this
  double max_duration_s = 4 * 3600;  // Error beyond it, before memory is taken
  double min_duration_s = 0.1;       // Error below it
};

// Errors (one line, naming the file): missing, not audio, no audio stream, empty, too short, too
// long, damaged (no sample decoded), not finite.
Audio load_audio(const std::filesystem::path& path, const LoadOptions& options = {});

// 16-bit PCM mono WAV.
void save_wav(const std::filesystem::path& path, const Audio& audio);

}  // namespace flowtalk::audio
