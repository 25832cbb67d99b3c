// Zip archives, read from memory: .npz files and torch archives. Nothing is written to disk.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace flowtalk::formats {

struct ZipEntry {
  std::string name;
  uint16_t method = 0;     // 0 stored, 8 deflated; others cannot be read
  bool encrypted = false;  // cannot be read
  uint32_t crc = 0;
  size_t stored_bytes = 0;    // in the archive
  size_t bytes = 0;           // of the content, as the archive claims
  size_t begin = 0, end = 0;  // the stored bytes within the archive
};

// The content of an entry and what keeps it alive.
struct ZipContent {
  std::string_view bytes;
  std::shared_ptr<const void> owner;
};

// The directory is read and validated when the archive is opened: entries lie within the file, do
// not overlap, agree with their local headers and have distinct names. Errors name the file.
class ZipReader {
 public:
  explicit ZipReader(const std::filesystem::path& path);
  // Reads from memory that `owner` keeps alive, or the caller if there is none.
  ZipReader(std::string_view bytes, const std::string& where,
            std::shared_ptr<const void> owner = nullptr);

  // Whether bytes begin like a zip archive.
  static bool recognises(std::string_view bytes) {
    return bytes.starts_with("PK\x03\x04") || bytes.starts_with("PK\x05\x06");  // or an empty one
  }

  const std::string& where() const { return where_; }
  const std::vector<ZipEntry>& entries() const { return entries_; }  // in the directory's order
  const ZipEntry* find(std::string_view name) const;                 // null if there is none

  // Stored entries are views into the archive, deflated ones are inflated. Errors: encrypted, an
  // unknown method, damaged data, a size other than the directory says.
  ZipContent read(const ZipEntry& entry) const;
  // The same without the checksum of a stored entry, which would touch every byte of it.
  ZipContent read_unchecked(const ZipEntry& entry) const;

 private:
  void read_directory();
  ZipEntry read_entry(std::string_view record, std::string_view name, std::string_view extra) const;
  void find_data(ZipEntry& entry) const;
  void check_overlaps() const;

  std::string where_;
  std::string_view bytes_;
  std::shared_ptr<const void> owner_;
  std::vector<ZipEntry> entries_;
  std::map<std::string, size_t, std::less<>> index_;
};

// The bytes of an archive of these entries, stored as they are; name and content of each, names in
// ASCII. The date in it is always 1980-01-01. Error, naming `where`: it would not fit 4 GiB.
std::string stored_zip(const std::vector<std::pair<std::string, std::string_view>>& entries,
                       const std::string& where);

}  // namespace flowtalk::formats
