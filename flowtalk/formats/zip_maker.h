// Zip archives made in memory, well-formed or not; for the tests of this room.
#pragma once

#include <zlib.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace flowtalk::formats {

struct ZipPart {
  std::string name, content;
  bool deflated = false;
  bool zip64 = false;           // sizes and offset in the zip64 extra field
  uint16_t flags = 0;           // 1: encrypted
  int method = -1;              // another number in the headers
  int64_t claimed = -1;         // another size in the directory
  int64_t local_offset = -1;    // another place in the directory
  std::string local_name = {};  // another name in the local header
};

inline void put_number(std::string& out, uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) {
    out += static_cast<char>(i < 8 ? value >> (8 * i) : 0);
  }
}

inline std::string deflate_raw(std::string_view content) {
  z_stream stream{};
  deflateInit2(&stream, 9, Z_DEFLATED, -15, 9, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, static_cast<uLong>(content.size())), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(content.data()));
  stream.avail_in = static_cast<uInt>(content.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

// The directory of `count` parts and what ends an archive.
inline void put_directory(std::string& out, const std::string& directory, uint64_t count,
                          bool zip64, const std::string& comment) {
  const uint64_t begin = out.size(), end64 = begin + directory.size();
  out += directory;
  if (zip64) {
    out += "PK\x06\x06";
    put_number(out, 44, 8);
    put_number(out, 45, 2);
    put_number(out, 45, 2);
    put_number(out, 0, 8);
    for (const uint64_t value : {count, count, uint64_t{directory.size()}, begin}) {
      put_number(out, value, 8);
    }
    out += "PK\x06\x07";
    put_number(out, 0, 4);
    put_number(out, end64, 8);
    put_number(out, 1, 4);
  }
  out += "PK\x05\x06";
  put_number(out, 0, 4);
  put_number(out, zip64 ? 0xffff : count, 2);
  put_number(out, zip64 ? 0xffff : count, 2);
  put_number(out, zip64 ? 0xffffffff : directory.size(), 4);
  put_number(out, zip64 ? 0xffffffff : begin, 4);
  put_number(out, comment.size(), 2);
  out += comment;
}

inline std::string make_zip(const std::vector<ZipPart>& parts, const std::string& comment = "") {
  std::string out, directory;
  bool zip64 = false;
  for (const ZipPart& part : parts) {
    const std::string data = part.deflated ? deflate_raw(part.content) : part.content;
    const std::string& local_name = part.local_name.empty() ? part.name : part.local_name;
    const uint64_t method =
        part.method >= 0 ? static_cast<uint64_t>(part.method) : (part.deflated ? 8 : 0);
    const uint64_t claimed =
        part.claimed >= 0 ? static_cast<uint64_t>(part.claimed) : part.content.size();
    const uint64_t offset =
        part.local_offset >= 0 ? static_cast<uint64_t>(part.local_offset) : out.size();
    const uint64_t crc =
        crc32_z(0, reinterpret_cast<const Bytef*>(part.content.data()), part.content.size());
    const auto middle = [&](std::string& to) {  // version to sizes: the same in both headers
      put_number(to, 20, 2);
      put_number(to, part.flags, 2);
      put_number(to, method, 2);
      put_number(to, 0, 4);
      put_number(to, crc, 4);
      put_number(to, part.zip64 ? 0xffffffff : data.size(), 4);
      put_number(to, part.zip64 ? 0xffffffff : claimed, 4);
    };
    out += "PK\x03\x04";
    middle(out);
    put_number(out, local_name.size(), 2);
    put_number(out, 0, 2);
    out += local_name + data;

    directory += "PK\x01\x02";
    put_number(directory, 20, 2);
    middle(directory);
    put_number(directory, part.name.size(), 2);
    put_number(directory, part.zip64 ? 28 : 0, 2);
    put_number(directory, 0, 10);
    put_number(directory, part.zip64 ? 0xffffffff : offset, 4);
    directory += part.name;
    if (part.zip64) {
      put_number(directory, 1, 2);
      put_number(directory, 24, 2);
      for (const uint64_t value : {claimed, uint64_t{data.size()}, offset}) {
        put_number(directory, value, 8);
      }
      zip64 = true;
    }
  }
  put_directory(out, directory, parts.size(), zip64, comment);
  return out;
}

}  // namespace flowtalk::formats
