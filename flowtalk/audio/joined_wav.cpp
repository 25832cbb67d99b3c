#include "flowtalk/audio/joined_wav.h"

#include <algorithm>
#include <cctype>
#include <cstring>
#include <fstream>
#include <string_view>

#include "flowtalk/base/error.h"

namespace flowtalk::audio {
namespace fs = std::filesystem;
namespace {

constexpr size_t kBlock = size_t{1} << 20;  // read at once in the search for headers
constexpr uint64_t kMostFormat = 4096;      // bytes of a chunk "fmt "
constexpr int kMostChunks = 64;             // in front of the samples
constexpr size_t kMostParts = 100;          // changes of format
constexpr uint32_t kOpen = 0x7fff0000;      // sizes of writers that know none: this and more, or 0
constexpr uint64_t kLeastShareOfSecond = 50;  // fewer bytes than 20 ms are no sound

uint32_t little(std::string_view bytes, size_t at, int count) {
  uint32_t value = 0;
  for (int i = 0; i < count; ++i) {
    value |= uint32_t{static_cast<unsigned char>(bytes[at + static_cast<size_t>(i)])} << (8 * i);
  }
  return value;
}

void append(std::string& out, uint32_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out.push_back(static_cast<char>((value >> (8 * i)) & 0xffu));
}

class Bytes {
 public:
  explicit Bytes(const fs::path& path) : in_(path, std::ios::binary) {
    std::error_code code;
    const auto size = fs::file_size(path, code);
    if (in_ && !code) size_ = size;
  }
  uint64_t size() const { return size_; }
  // Fewer at the end of the file.
  std::string read(uint64_t at, uint64_t count) {
    std::string bytes(static_cast<size_t>(at < size_ ? std::min(count, size_ - at) : 0), '\0');
    in_.clear();
    in_.seekg(static_cast<std::streamoff>(at));
    in_.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    bytes.resize(static_cast<size_t>(in_.gcount()));
    return bytes;
  }

 private:
  std::ifstream in_;
  uint64_t size_ = 0;
};

struct Header {
  std::string format;
  uint64_t data = 0;   // where the samples begin
  uint32_t count = 0;  // how many bytes of them it counts
};

// The header of a WAV that begins at `at`, up to its samples.
std::optional<Header> read_header(Bytes& file, uint64_t at) {
  const std::string riff = file.read(at, 12);
  if (riff.size() < 12 || !riff.starts_with("RIFF") || riff.substr(8) != "WAVE") return {};
  Header header;
  at += 12;
  for (int i = 0; i < kMostChunks; ++i) {
    const std::string chunk = file.read(at, 8);
    if (chunk.size() < 8) return {};
    const uint32_t size = little(chunk, 4, 4);
    at += 8;
    if (chunk.starts_with("data")) {
      header.data = at;
      header.count = size;
      if (header.format.empty()) return {};
      return header;
    }
    if (chunk.starts_with("fmt ")) {
      if (size < 16 || size > kMostFormat) return {};
      header.format = file.read(at, size);
      if (header.format.size() < size) return {};
    }
    at += uint64_t{size} + size % 2;
  }
  return {};
}

// The next place from `at` on where a header stands.
std::optional<uint64_t> find_header(Bytes& file, uint64_t at) {
  constexpr size_t kKept = 11;  // a header's first bytes may lie in two blocks
  while (at + kKept < file.size()) {
    const std::string block = file.read(at, kBlock);
    if (block.size() <= kKept) return {};
    for (size_t i = block.find("RIFF"); i != std::string::npos && i + kKept < block.size();
         i = block.find("RIFF", i + 1)) {
      if (block.compare(i + 8, 4, "WAVE") == 0 && read_header(file, at + i)) return at + i;
    }
    at += block.size() - kKept;
  }
  return {};
}

// Do chunks with names and sizes that fit lie between the two places?
bool holds_chunks(Bytes& file, uint64_t at, uint64_t end) {
  while (at + 8 <= end) {
    const std::string chunk = file.read(at, 8);
    const bool named =
        chunk.size() == 8 && std::all_of(chunk.begin(), chunk.begin() + 4, [](char c) {
          return std::isprint(static_cast<unsigned char>(c)) != 0;
        });
    if (!named) return false;
    const uint32_t size = little(chunk, 4, 4);
    at += 8 + uint64_t{size};
    if (at > end) return chunk.starts_with("LIST") || chunk.starts_with("id3 ");  // cut off
    at += at < end ? size % 2 : 0;
  }
  return true;
}

uint64_t bytes_per_s(const std::string& format) { return little(format, 8, 4); }

// Where the samples behind a header end, no later than `limit`.
uint64_t end_of_samples(Bytes& file, const Header& header, uint64_t limit) {
  const uint64_t counted = header.data + header.count;
  if (header.count == 0 || header.count >= kOpen || counted >= limit) return limit;
  if (limit - counted < bytes_per_s(header.format) / kLeastShareOfSecond) return counted;
  const uint64_t behind = counted + header.count % 2;
  return holds_chunks(file, behind, limit) ? counted : limit;
}

// Whole samples only, so that what is joined to them keeps its channels.
uint64_t whole_blocks(const std::string& format, uint64_t bytes) {
  const uint32_t block = little(format, 12, 2);
  return block > 0 ? bytes / block * block : bytes;
}

}  // namespace

uint64_t WavPart::bytes() const {
  uint64_t sum = 0;
  for (const Range& range : ranges) sum += range.end - range.begin;
  return sum;
}

std::string WavPart::header() const {
  const uint64_t all = bytes() + 20 + format.size();
  const auto stated = [&](uint64_t size) {
    return all > kOpen ? 0xffffffffu : static_cast<uint32_t>(size);
  };
  std::string out = "RIFF";
  append(out, stated(all), 4);
  out += "WAVEfmt ";
  append(out, static_cast<uint32_t>(format.size()), 4);
  out += format;
  if (format.size() % 2 == 1) out.push_back('\0');
  out += "data";
  append(out, stated(bytes()), 4);
  return out;
}

std::optional<JoinedWav> find_joined_wav(const fs::path& path) {
  Bytes file(path);
  auto header = read_header(file, 0);
  if (!header) return {};
  JoinedWav joined;
  if (const uint64_t rate = bytes_per_s(header->format); rate > 0 && header->count < kOpen) {
    joined.counted_s = static_cast<double>(header->count) / static_cast<double>(rate);
  }
  bool continues = false;
  while (header) {
    const auto next = find_header(file, header->data);
    const uint64_t limit = next.value_or(file.size());
    const uint64_t end = end_of_samples(file, *header, limit);
    continues = continues || (header->count > 0 && header->data + header->count < end);
    if (joined.parts.empty() || joined.parts.back().format != header->format) {
      if (joined.parts.size() == kMostParts) {
        fail("{}: its format changes more than {} times; convert it to one format", path.string(),
             kMostParts);
      }
      joined.parts.push_back({header->format, {}});
    }
    const uint64_t whole = whole_blocks(header->format, end - header->data);
    if (whole > 0) joined.parts.back().ranges.push_back({header->data, header->data + whole});
    ++joined.headers;
    header = next ? read_header(file, *next) : std::nullopt;
  }
  if (joined.headers == 1 && !continues) return {};
  std::erase_if(joined.parts, [](const WavPart& part) { return part.ranges.empty(); });
  return joined;
}

}  // namespace flowtalk::audio
