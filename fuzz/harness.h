// What the fuzzers share: bytes as a file without a disk, and the rule of what counts as a finding.
#pragma once

#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

#include "flowtalk/base/error.h"
#include "tests/scratch_folder.h"

namespace flowtalk::fuzz {

// Ends the run with a finding that no sanitizer would report.
[[noreturn]] inline void finding(std::string_view what) {
  fmt::print(stderr, "FINDING: {}\n", what);
  std::abort();
}

// A file in memory, for readers that ask for a path.
class MemoryFile {
 public:
  explicit MemoryFile(std::string_view bytes) : file_(memfd_create("fuzz", MFD_CLOEXEC)) {
    size_t written = 0;
    while (file_ >= 0 && written < bytes.size()) {
      const ssize_t n = ::write(file_, bytes.data() + written, bytes.size() - written);
      if (n <= 0) break;
      written += static_cast<size_t>(n);
    }
    if (file_ < 0 || written != bytes.size()) {
      finding("the fuzzer's own file cannot be made");
    }
  }
  ~MemoryFile() { close(file_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  std::filesystem::path path() const { return fmt::format("/proc/self/fd/{}", file_); }

 private:
  int file_;
};

// A place on the disk where a fuzzer writes again and again; removed when the process ends.
class ScratchFile {
 public:
  explicit ScratchFile(const std::string& name) : path_(folder_ / name) {}
  const std::filesystem::path& path() const { return path_; }

 private:
  tests::ScratchFolder folder_;
  std::filesystem::path path_;
};

// Runs f. An Error is how bad input is refused, as long as its message is one line; any other
// exception leaves and is a finding. True if f came to its end.
template <class F>
bool accepts(F&& f) {
  try {
    std::forward<F>(f)();
    return true;
  } catch (const Error& e) {
    const std::string_view message = e.what();
    if (message.empty()) finding("an Error without a message");
    for (const char c : message) {
      const auto byte = static_cast<unsigned char>(c);
      if (byte < 0x20 || byte == 0x7f) finding(fmt::format("control character in: {}", message));
    }
    return false;
  }
}

inline std::string_view bytes_of(const uint8_t* data, size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

}  // namespace flowtalk::fuzz
