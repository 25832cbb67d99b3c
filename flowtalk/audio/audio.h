// Sound in: any file that libav reads becomes mono float samples at 16 kHz, or stays as it is.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
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

// Time that passes on the file's clock without sound, and is silence here; at_s and length_s
// together never lie before the gap that follows. at_s 0: sound that begins after its film.
struct Gap {
  double at_s = 0, length_s = 0;
};

// What people should know of sound that was read otherwise than its file says.
struct SoundWarning {
  std::string kind;  // "joined into one": which files say the same, whatever their figures are
  std::string text;  // one line, without the file's name
};

// What the file held before it was converted.
struct SourceFormat {
  int rate_hz = 0, channels = 0;
  double stated_s = 0;  // how long the container says the sound lasts; 0 if it does not
  // How long the picture lasts, where the container keeps no clock of its sound (AVI); else 0.
  double unclocked_picture_s = 0;
  std::vector<Gap> gaps;
  int joined_wavs = 0;   // how many headers a WAV holds that does not end with its first; else 0
  double counted_s = 0;  // how much of it that first one counts

  // duration_s: of the sound as returned.
  std::vector<SoundWarning> warnings(double duration_s) const;
};

// The warnings of many files: a line per kind, with how many files it is said of and what it says
// of the first. Names are those that `add` got.
class SoundWarnings {
 public:
  void add(const std::string& name, const std::vector<SoundWarning>& warnings);
  std::vector<std::string> lines() const;

 private:
  struct Group {
    int64_t files = 0;
    std::string name, text;  // of the file whose name comes first
  };
  std::map<std::string, Group> groups_;
};

// The mean of the channels of the first audio stream, by the file's clock: where that runs on
// without sound there is silence, and the sound of a film begins with the film. WAV files that were
// joined are read to their end. Errors (one line, naming the file): missing, not audio, no audio
// stream, empty, too short, too long, damaged (no sample decoded), not finite.
// source: filled if given.
Audio load_audio(const std::filesystem::path& path, const LoadOptions& options = {},
                 SourceFormat* source = nullptr);

// The first audio stream as the file holds it, integers scaled to -1..1 (value / 2^(bits - 1)).
struct Recording {
  int rate_hz = 0, channels = 0;
  std::vector<float> samples;  // (frames, channels); beyond -1..1 or not finite if the file is
  int64_t frames() const {
    return channels == 0 ? 0 : static_cast<int64_t>(samples.size()) / channels;
  }
};
inline constexpr size_t kMaxRecordingSamples = size_t{1} << 28;  // 1 GiB of memory

// The errors of load_audio but for short and not finite sound; also a rate or number of channels
// that changes on the way.
Recording load_recording(const std::filesystem::path& path, double max_duration_s = 3600,
                         SourceFormat* source = nullptr);

// Is it named like sound? By its ending, upper or lower case: what libav has a format with sound
// for, films included. The one list of such endings.
bool is_sound_name(const std::filesystem::path& path);

// 16-bit PCM WAV, mono or with the channels of a recording; samples beyond -1..1 are clipped.
void save_wav(const std::filesystem::path& path, const Audio& audio);
void save_wav(const std::filesystem::path& path, const Recording& recording);

}  // namespace flowtalk::audio
