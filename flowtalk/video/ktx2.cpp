#include "flowtalk/video/ktx2.h"

#include <algorithm>
#include <cstring>

#include "flowtalk/base/error.h"
#include "flowtalk/video/basis_lz.h"

namespace flowtalk::video {
namespace {

constexpr std::string_view kMagic("\xabKTX 20\xbb\r\n\x1a\n", 12);
constexpr size_t kMostEdge = 4096, kMostLevels = 13;  // few bytes may be all of a large one
constexpr size_t kBasisLz = 1, kEtc1s = 163;          // how it is packed, and of what

// Numbers from their lowest byte on.
class Bytes {
 public:
  Bytes(std::string_view bytes, const std::string& where) : bytes_(bytes), where_(&where) {}
  [[noreturn]] void damaged(const char* what) const { fail_damaged(*where_, what); }
  std::string_view part(uint64_t at, uint64_t size) const {
    if (at > bytes_.size() || size > bytes_.size() - at) damaged("it ends early");
    return bytes_.substr(at, size);
  }
  template <class T>
  T number(size_t at) const {
    T value;
    std::memcpy(&value, part(at, sizeof value).data(), sizeof value);
    return value;
  }
  // A part whose place and size stand there, one after the other.
  template <class T>
  Bytes part_at(size_t at) const {
    return {part(number<T>(at), number<T>(at + sizeof(T))), *where_};
  }
  const std::string& where() const { return *where_; }

 private:
  std::string_view bytes_;
  const std::string* where_;
};

struct Header {
  size_t width = 0, height = 0, levels = 0;  // each level half as wide and high as the one before
  bool etc1s = false;
};

// KTX 2.0, section "File Structure".
Header header_of(const Bytes& file) {
  const auto at = [&](size_t place) { return size_t{file.number<uint32_t>(place)}; };
  const Header header{at(20), at(24), std::max<size_t>(1, at(40)),
                      at(44) == kBasisLz && file.number<uint8_t>(at(48) + 12) == kEtc1s};
  const size_t depth = at(28), layers = at(32), faces = at(36);
  if (depth > 1 || layers > 1 || faces != 1) file.damaged("more than one picture");
  if (header.levels > kMostLevels) file.damaged("too many sizes");
  if (header.width < 1 || header.height < 1 || std::max(header.width, header.height) > kMostEdge) {
    fail("{}: {} x {} pixels; expected at most {} along an edge", file.where(), header.width,
         header.height, kMostEdge);
  }
  return header;
}

size_t edge(size_t whole, size_t level) { return std::max<size_t>(1, whole >> level); }

// Appendix "BasisLZ Global Data".
BasisLz shared_by_slices(const Bytes& global, size_t levels) {
  const size_t endpoints = global.number<uint32_t>(4), selectors = global.number<uint32_t>(8),
               tables = global.number<uint32_t>(12), first = 20 + 20 * levels;
  return BasisLz({global.number<uint16_t>(0), global.number<uint16_t>(2),
                  global.part(first, endpoints), global.part(first + endpoints, selectors),
                  global.part(first + endpoints + selectors, tables)},
                 global.where());
}

DecodedPicture decode_level(const Bytes& file, const Header& header, size_t level) {
  const size_t width = edge(header.width, level), height = edge(header.height, level);
  const Bytes global = file.part_at<uint64_t>(64), slices = file.part_at<uint64_t>(80 + 24 * level);
  const BasisLz lz = shared_by_slices(global, header.levels);
  // Where the slices of colour and of alpha are.
  const Bytes image(global.part(20 + 20 * level + 4, 16), global.where());
  const auto slice = [&](size_t at) {
    const auto bytes = slices.part(image.number<uint32_t>(at), image.number<uint32_t>(at + 4));
    return lz.pixels(bytes, width, height);
  };
  const bool clear = image.number<uint32_t>(12) > 0;
  const auto colours = slice(0), alpha = clear ? slice(8) : std::vector<uint8_t>();
  DecodedPicture picture{static_cast<int>(width), static_cast<int>(height), {}};
  picture.rgba.resize(4 * width * height);
  for (size_t i = 0; i < width * height; ++i) {
    for (size_t c = 0; c < 3; ++c) picture.rgba[4 * i + c] = colours[3 * i + c];
    picture.rgba[4 * i + 3] = clear ? alpha[3 * i + 1] : 255;
  }
  return picture;
}

}  // namespace

bool is_ktx2(std::string_view bytes) { return bytes.starts_with(kMagic); }

bool is_read_ktx2(std::string_view bytes, const std::string& where) {
  return header_of({bytes, where}).etc1s;
}

DecodedPicture decode_ktx2(std::string_view bytes, int most_edge, const std::string& where) {
  const Bytes file(bytes, where);
  const Header header = header_of(file);
  if (!header.etc1s) {
    fail("{}: a KTX2 picture of UASTC, which is not read; save it as ETC1S, PNG, JPEG or WebP",
         where);
  }
  const auto most = static_cast<size_t>(most_edge);
  size_t level = 0;
  while (level + 1 < header.levels && edge(std::max(header.width, header.height), level) > most) {
    ++level;
  }
  return decode_level(file, header, level);
}

}  // namespace flowtalk::video
