// The voice beside a file of motion, under the file's name: where other programs look for it.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "flowtalk/audio/audio.h"

namespace flowtalk::pipeline {

class SoundBeside {
 public:
  // voice: any sound file; "": there is none, and nothing is written. file: TAKE.csv, say; the
  // sound becomes TAKE.wav: a WAV as it is, other sound as 16-bit PCM. Errors: no sound, another
  // file called TAKE.wav.
  SoundBeside(const std::filesystem::path& voice, const std::filesystem::path& file);
  void write() const;
  const std::filesystem::path& path() const { return path_; }  // "" without a voice

 private:
  std::filesystem::path path_;
  bool there_ = false;                       // the voice is that file
  std::string bytes_;                        // of a WAV
  std::optional<audio::Recording> decoded_;  // of others
};

}  // namespace flowtalk::pipeline
