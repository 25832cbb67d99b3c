// A file's bytes in memory, read by the system when they are touched.
#pragma once

#include <filesystem>
#include <string_view>

namespace flowtalk::formats {

class MappedFile {
 public:
  // Error: missing, a folder, unreadable, a pointer of git-lfs.
  explicit MappedFile(const std::filesystem::path& path);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  std::string_view bytes() const { return {data_, size_}; }
  // Gives the memory of pages that were touched back to the system, which reads them again when
  // they are touched again; for what has been copied elsewhere. Safe while others read.
  void drop_pages() const;

 private:
  const char* data_ = nullptr;
  size_t size_ = 0;
};

}  // namespace flowtalk::formats
