// An opened container of sound: a file, or a part of joined WAV files as if it were one. Within
// this room only.
#pragma once

#include <filesystem>
#include <memory>

#include "flowtalk/audio/libav.h"
#include "flowtalk/audio/part_reader.h"

namespace flowtalk::audio {

// Errors: missing, no regular file, empty, a pointer of git-lfs in its place.
void check_file(const std::filesystem::path& path);

class Input {
 public:
  // With its streams known. Errors: unreadable, not audio, damaged.
  explicit Input(const std::filesystem::path& path);
  Input(const std::filesystem::path& path, const WavPart& part);
  ~Input();
  Input(const Input&) = delete;
  Input& operator=(const Input&) = delete;

  AVFormatContext& operator*() const { return *context_; }
  AVFormatContext* operator->() const { return context_; }

 private:
  void open(const std::filesystem::path& path, const std::string& url);
  void close();

  std::unique_ptr<PartReader> reader_;
  AVIOContext* io_ = nullptr;  // over reader_
  AVFormatContext* context_ = nullptr;
};

}  // namespace flowtalk::audio
