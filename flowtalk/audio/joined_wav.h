// WAV files that hold more sound than their first header counts, as streaming speech services join
// them: chunks with a header each, or one header that counts the first chunk only. Within this room
// only.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace flowtalk::audio {

// Samples of one format.
struct WavPart {
  struct Range {
    uint64_t begin = 0, end = 0;  // bytes of the file
  };
  std::string format;         // the body of the chunk "fmt "
  std::vector<Range> ranges;  // in order
  uint64_t bytes() const;
  // A header for the samples as one file, up to where they begin.
  std::string header() const;
};

struct JoinedWav {
  std::vector<WavPart> parts;  // neighbours differ in their format
  int headers = 0;
  double counted_s = 0;  // how much the first header counts
};

// Nothing for other files, and for a WAV whose header tells all or leaves its size open. Chunks
// behind the samples (LIST, id3) and fewer bytes than sound are no samples. Error: the format
// changes without end.
std::optional<JoinedWav> find_joined_wav(const std::filesystem::path& path);

}  // namespace flowtalk::audio
