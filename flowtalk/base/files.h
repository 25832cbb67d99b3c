// Whole-file reads and writes that leave nothing half-written behind.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "flowtalk/base/interruption.h"

namespace flowtalk {

// The ending of a name in small letters: ".mp4" of "face.MP4"; "" where it has none.
std::string ending_of(const std::filesystem::path& path);

// The file's bytes. Errors: missing, unreadable, a folder, larger than max_bytes.
std::string load_file(const std::filesystem::path& path, size_t max_bytes = size_t{1} << 32);

// Error if `bytes`, those of a file, are the pointer that git-lfs leaves in the place of a large
// file that it has not fetched (git-lfs.com, docs/spec.md). load_file asks, and whoever maps files.
void refuse_lfs_pointer(std::string_view bytes, const std::filesystem::path& path);

// Writes to PATH.partial and renames; on failure the partial file is removed.
void save_file(const std::filesystem::path& path, std::string_view bytes);

// An output that is being made under PATH.partial by other code (a video writer, a checkpoint
// folder). commit() renames it to PATH; without commit() the destructor removes it.
class PartialOutput {
 public:
  explicit PartialOutput(
      std::filesystem::path final_path);  // Error if its folder cannot be written
  ~PartialOutput();
  PartialOutput(const PartialOutput&) = delete;
  PartialOutput& operator=(const PartialOutput&) = delete;
  const std::filesystem::path& path() const { return partial_; }
  void commit();  // replaces what stood at PATH (also a folder)

 private:
  std::filesystem::path final_, partial_;
  std::optional<Unfinished> unfinished_;
  bool committed_ = false;
};

// Error if a file of this name could not be made; to be asked before long work. Makes nothing.
void check_writable(const std::filesystem::path& path);

// Creates the parent folder of an output file; Error if that cannot be done.
void make_parent_folder(const std::filesystem::path& path);

}  // namespace flowtalk
