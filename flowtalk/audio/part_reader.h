// The samples of joined WAV files behind one header, read as one file. Within this room only.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "flowtalk/audio/joined_wav.h"

namespace flowtalk::audio {

class PartReader {
 public:
  PartReader(const std::filesystem::path& path, WavPart part);

  uint64_t size() const { return size_; }
  uint64_t at() const { return at_; }
  void seek(uint64_t at) { at_ = at; }
  // At most `count` bytes and fewer at will; 0 at the end.
  size_t read(uint8_t* to, size_t count);

 private:
  std::ifstream in_;
  WavPart part_;
  std::string header_;
  std::vector<uint64_t> begins_;  // of each range, in what is read
  uint64_t size_ = 0, at_ = 0;
};

}  // namespace flowtalk::audio
