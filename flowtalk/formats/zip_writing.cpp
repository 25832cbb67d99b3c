// Zip archives, written: the layout is that of PKWARE's APPNOTE, without compression and without
// zip64.
#include <zlib.h>

#include <limits>

#include "flowtalk/base/error.h"
#include "flowtalk/formats/zip.h"

namespace flowtalk::formats {
namespace {

constexpr uint64_t kMostBytes = std::numeric_limits<uint32_t>::max();
constexpr uint64_t kMostEntries = std::numeric_limits<uint16_t>::max() - 1;
constexpr uint64_t kFirstOfJanuary1980 = 0x21;

void put(std::string& out, uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out += static_cast<char>(i < 8 ? value >> (8 * i) & 0xff : 0);
}

// From the version to the sizes, which stand alike in both headers of an entry.
std::string middle_of(std::string_view content, size_t name_bytes) {
  std::string out;
  put(out, 20, 2);  // version 2.0
  put(out, 0, 2);   // flags
  put(out, 0, 2);   // stored
  put(out, 0, 2);   // midnight
  put(out, kFirstOfJanuary1980, 2);
  put(out, crc32_z(0, reinterpret_cast<const Bytef*>(content.data()), content.size()), 4);
  put(out, content.size(), 4);
  put(out, content.size(), 4);
  put(out, name_bytes, 2);
  put(out, 0, 2);  // no extra field
  return out;
}

}  // namespace

std::string stored_zip(const std::vector<std::pair<std::string, std::string_view>>& entries,
                       const std::string& where) {
  uint64_t total = 0;
  for (const auto& [name, content] : entries) total += content.size() + 2 * name.size() + 100;
  if (total > kMostBytes || entries.size() > kMostEntries) {
    fail("{}: {} entries of {} bytes are more than a zip archive of this kind holds", where,
         entries.size(), total);
  }
  std::string out, directory;
  for (const auto& [name, content] : entries) {
    const uint64_t begin = out.size();
    const std::string middle = middle_of(content, name.size());
    out.append("PK\x03\x04").append(middle).append(name).append(content);
    directory.append("PK\x01\x02");
    put(directory, 20, 2);  // made by version 2.0
    directory.append(middle);
    put(directory, 0, 2 + 2 + 2 + 4);  // no comment, disk 0, no attributes
    put(directory, begin, 4);
    directory.append(name);
  }
  const uint64_t begin = out.size();
  out.append(directory).append("PK\x05\x06");
  put(out, 0, 4);  // disk 0
  put(out, entries.size(), 2);
  put(out, entries.size(), 2);
  put(out, directory.size(), 4);
  put(out, begin, 4);
  put(out, 0, 2);  // no comment
  return out;
}

}  // namespace flowtalk::formats
