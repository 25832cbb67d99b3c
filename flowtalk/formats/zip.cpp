#include "flowtalk/formats/zip.h"

#include <zlib.h>

#include <algorithm>
#include <utility>

#include "flowtalk/base/error.h"
#include "flowtalk/formats/mapped_file.h"
#include "flowtalk/formats/printable.h"

// Layout: PKWARE's APPNOTE.TXT 6.3.
namespace flowtalk::formats {
namespace {

constexpr size_t kLocalBytes = 30, kRecordBytes = 46, kEndBytes = 22;
constexpr size_t kLocatorBytes = 20, kEnd64Bytes = 56;
constexpr uint64_t kAllOnes16 = 0xffff, kAllOnes32 = 0xffffffff;
constexpr uint16_t kStored = 0, kDeflated = 8;
constexpr uint64_t kMostExpansion = 1032;  // no deflate stream expands by more

// The little-endian number of `size` bytes at `at`, which must lie within the bytes.
uint64_t number(std::string_view bytes, size_t at, size_t size) {
  FT_CHECK(at <= bytes.size() && size <= bytes.size() - at, "{} + {} of {}", at, size,
           bytes.size());
  uint64_t value = 0;
  for (size_t i = size; i-- > 0;) value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
  return value;
}

bool has(std::string_view bytes, uint64_t at, uint64_t size) {
  return at <= bytes.size() && size <= bytes.size() - at;
}

// Where the directory lies and how many entries it says it has.
struct Directory {
  uint64_t begin = 0, size = 0, entries = 0;
};

// The end record is the last one whose comment reaches exactly to the end of the file.
std::string_view find_end(std::string_view bytes, const std::string& where) {
  constexpr size_t kMostComment = 0xffff;
  if (bytes.size() >= kEndBytes) {
    const size_t last = bytes.size() - kEndBytes;
    for (size_t back = 0; back <= std::min(last, kMostComment); ++back) {
      const std::string_view end = bytes.substr(last - back);
      if (end.starts_with("PK\x05\x06") && number(end, 20, 2) == back) return end;
    }
  }
  fail("{}: has no end of a zip directory; it is cut off or not a zip archive", where);
}

Directory find_directory(std::string_view bytes, const std::string& where) {
  const std::string_view end = find_end(bytes, where);
  size_t limit = bytes.size() - end.size();  // the directory ends before its end record
  Directory directory{number(end, 16, 4), number(end, 12, 4), number(end, 10, 2)};
  const uint64_t disk = number(end, 4, 2);
  if (disk != 0 && disk != kAllOnes16) fail("{}: is one part of a split zip archive", where);
  const bool large = directory.begin == kAllOnes32 || directory.size == kAllOnes32 ||
                     directory.entries == kAllOnes16;
  if (large && limit >= kLocatorBytes &&
      bytes.substr(limit - kLocatorBytes).starts_with("PK\x06\x07")) {
    const uint64_t at = number(bytes, limit - kLocatorBytes + 8, 8);
    limit -= kLocatorBytes;
    if (!has(bytes.substr(0, limit), at, kEnd64Bytes) ||
        !bytes.substr(static_cast<size_t>(at)).starts_with("PK\x06\x06")) {
      fail("{}: the zip64 end record is not at byte {}; the file is damaged", where, at);
    }
    limit = static_cast<size_t>(at);
    directory = {number(bytes, limit + 48, 8), number(bytes, limit + 40, 8),
                 number(bytes, limit + 32, 8)};
  }
  if (!has(bytes.substr(0, limit), directory.begin, directory.size)) {
    fail("{}: a zip directory of {} bytes at byte {} does not fit; the file is damaged", where,
         directory.size, directory.begin);
  }
  return directory;
}

// Inflates `input` to exactly `bytes` bytes. Memory grows with what really comes out.
std::shared_ptr<const std::string> inflate_all(std::string_view input, size_t bytes,
                                               const std::string& what) {
  if (bytes / kMostExpansion > input.size()) {
    fail("{}: {} bytes cannot come from {} deflated ones; the file is damaged", what, bytes,
         input.size());
  }
  z_stream stream{};
  constexpr int kRawWindow = -15;
  if (inflateInit2(&stream, kRawWindow) != Z_OK) fail("{}: cannot be inflated (memory)", what);
  const std::unique_ptr<z_stream, int (*)(z_stream*)> closer(&stream, inflateEnd);
  auto result = std::make_shared<std::string>();
  constexpr size_t kStep = size_t{1} << 30, kFirst = size_t{1} << 16;
  size_t used = 0, made = 0;
  int state = Z_OK;
  while (state != Z_STREAM_END) {
    if (made == result->size() && made < bytes) {
      result->resize(std::min(bytes, std::max(kFirst, 2 * made)));
    }
    char past_end = 0;  // takes what comes beyond the promised size
    const size_t room = std::min(result->size() - made, kStep);
    const size_t feed = std::min(input.size() - used, kStep);
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(input.data() + used));
    stream.avail_in = static_cast<uInt>(feed);
    stream.next_out = reinterpret_cast<Bytef*>(room == 0 ? &past_end : result->data() + made);
    stream.avail_out = static_cast<uInt>(room == 0 ? 1 : room);
    state = inflate(&stream, Z_NO_FLUSH);
    used += feed - stream.avail_in;
    if (room == 0 && stream.avail_out == 0) {
      fail("{}: inflates to more than the {} bytes of the directory", what, bytes);
    }
    if (room > 0) made += room - stream.avail_out;
    if (state != Z_OK && state != Z_STREAM_END) {
      fail("{}: the deflated data are damaged or cut off", what);
    }
  }
  if (made != bytes) fail("{}: inflates to {} bytes, expected {}", what, made, bytes);
  if (used != input.size()) fail("{}: {} bytes follow its data", what, input.size() - used);
  return result;
}

}  // namespace

ZipReader::ZipReader(const std::filesystem::path& path) : where_(path.string()) {
  auto file = std::make_shared<const MappedFile>(path);
  bytes_ = file->bytes();
  owner_ = std::move(file);
  read_directory();
}

ZipReader::ZipReader(std::string_view bytes, const std::string& where,
                     std::shared_ptr<const void> owner)
    : where_(where), bytes_(bytes), owner_(std::move(owner)) {
  read_directory();
}

void ZipReader::read_directory() {
  const Directory directory = find_directory(bytes_, where_);
  std::string_view rest =
      bytes_.substr(static_cast<size_t>(directory.begin), static_cast<size_t>(directory.size));
  while (!rest.empty()) {
    const bool whole = rest.size() >= kRecordBytes && rest.starts_with("PK\x01\x02");
    const size_t name = whole ? number(rest, 28, 2) : 0, extra = whole ? number(rest, 30, 2) : 0;
    const size_t comment = whole ? number(rest, 32, 2) : 0;
    const size_t size = kRecordBytes + name + extra + comment;
    if (!whole || size > rest.size()) {
      fail("{}: entry {} of the zip directory is damaged", where_, entries_.size());
    }
    ZipEntry entry =
        read_entry(rest, rest.substr(kRecordBytes, name), rest.substr(kRecordBytes + name, extra));
    if (!index_.emplace(entry.name, entries_.size()).second) {
      fail("{}: the entry {} stands twice in the zip directory", where_, printable(entry.name));
    }
    entries_.push_back(std::move(entry));
    rest.remove_prefix(size);
  }
  if (entries_.size() != directory.entries) {
    fail("{}: the zip directory has {} entries, its end says {}; the file is damaged", where_,
         entries_.size(), directory.entries);
  }
  check_overlaps();
}

ZipEntry ZipReader::read_entry(std::string_view record, std::string_view name,
                               std::string_view extra) const {
  ZipEntry entry;
  entry.name = name;
  entry.encrypted = (number(record, 8, 2) & 1) != 0;
  entry.method = static_cast<uint16_t>(number(record, 10, 2));
  entry.crc = static_cast<uint32_t>(number(record, 16, 4));
  uint64_t stored = number(record, 20, 4), bytes = number(record, 24, 4);
  uint64_t local = number(record, 42, 4);
  while (extra.size() >= 4) {  // zip64 holds, in this order, what did not fit the record
    const uint64_t id = number(extra, 0, 2), size = number(extra, 2, 2);
    if (size > extra.size() - 4) break;
    if (id == 1) {
      std::string_view wide = extra.substr(4, static_cast<size_t>(size));
      for (uint64_t* field : {&bytes, &stored, &local}) {
        if (*field != kAllOnes32) continue;
        if (wide.size() < 8) {
          fail("{}: the zip64 sizes of {} are cut off", where_, printable(name));
        }
        *field = number(wide, 0, 8);
        wide.remove_prefix(8);
      }
    }
    extra.remove_prefix(4 + static_cast<size_t>(size));
  }
  if (!has(bytes_, local, kLocalBytes) || !has(bytes_, local + kLocalBytes, stored)) {
    fail("{}: the entry {} of {} bytes at byte {} does not fit the file of {}; it is cut off",
         where_, printable(name), stored, local, bytes_.size());
  }
  entry.stored_bytes = static_cast<size_t>(stored);
  entry.bytes = static_cast<size_t>(bytes);
  entry.begin = static_cast<size_t>(local);
  find_data(entry);
  return entry;
}

// From the local header at entry.begin to the data behind it.
void ZipReader::find_data(ZipEntry& entry) const {
  const std::string_view local = bytes_.substr(entry.begin);
  const size_t name = number(local, 26, 2), extra = number(local, 28, 2);
  if (!local.starts_with("PK\x03\x04") ||
      !has(local, kLocalBytes + name + extra, entry.stored_bytes) ||
      local.substr(kLocalBytes, name) != entry.name || number(local, 8, 2) != entry.method) {
    fail("{}: the entry {} does not agree with its header at byte {}; the file is damaged", where_,
         printable(entry.name), entry.begin);
  }
  entry.begin += kLocalBytes + name + extra;
  entry.end = entry.begin + entry.stored_bytes;
}

// Overlapping entries would let a small file hold any amount of data.
void ZipReader::check_overlaps() const {
  std::vector<std::pair<size_t, size_t>> ranges;
  for (const ZipEntry& e : entries_) {
    ranges.emplace_back(e.begin - kLocalBytes - e.name.size(), e.end);
  }
  std::sort(ranges.begin(), ranges.end());
  for (size_t i = 1; i < ranges.size(); ++i) {
    if (ranges[i].first < ranges[i - 1].second) {
      fail("{}: entries of the zip archive overlap at byte {}", where_, ranges[i].first);
    }
  }
}

const ZipEntry* ZipReader::find(std::string_view name) const {
  const auto found = index_.find(name);
  return found == index_.end() ? nullptr : &entries_[found->second];
}

ZipContent ZipReader::read_unchecked(const ZipEntry& entry) const {
  const std::string what = fmt::format("{}: entry {}", where_, printable(entry.name));
  if (entry.encrypted) fail("{}: is encrypted; save the archive without a password", what);
  const std::string_view data = bytes_.substr(entry.begin, entry.stored_bytes);
  if (entry.method == kStored) {
    if (entry.bytes != entry.stored_bytes) {
      fail("{}: is stored as {} bytes, expected {}; the file is damaged", what, entry.stored_bytes,
           entry.bytes);
    }
    return {data, owner_};
  }
  if (entry.method != kDeflated) {
    fail("{}: compression method {}, expected stored or deflated; pack the archive again", what,
         entry.method);
  }
  const auto content = inflate_all(data, entry.bytes, what);
  if (crc32_z(0, reinterpret_cast<const Bytef*>(content->data()), content->size()) != entry.crc) {
    fail("{}: its checksum is wrong; the file is damaged", what);
  }
  return {*content, content};
}

ZipContent ZipReader::read(const ZipEntry& entry) const {
  ZipContent content = read_unchecked(entry);
  if (entry.method == kStored && crc32_z(0, reinterpret_cast<const Bytef*>(content.bytes.data()),
                                         content.bytes.size()) != entry.crc) {
    fail("{}: entry {}: its checksum is wrong; the file is damaged", where_, printable(entry.name));
  }
  return content;
}

}  // namespace flowtalk::formats
