// Pictures of ETC1S blocks that are packed by BasisLZ, as KTX2 files hold them. By Khronos' KTX 2.0
// specification, appendices "BasisLZ Global Data" and "BasisLZ/ETC1S Bitstream Specification", and
// section "ETC1S" of Khronos' Data Format Specification 1.3.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace flowtalk::video {

// The Error of a file that is not what it should be, with a remedy.
[[noreturn]] void fail_damaged(const std::string& where, const char* what);

// Codes as Deflate has them: canonical, read from the least significant bit of each byte on.
class BasisBits {
 public:
  // Errors name `where`.
  BasisBits(std::string_view bytes, const std::string& where) : bytes_(bytes), where_(&where) {}
  // At most 16. Error: the bytes are used up.
  uint32_t bits(int count);
  // In pieces of so many bits, each behind one that says whether another follows.
  uint32_t pieces(int bits_each);
  const std::string& where() const { return *where_; }

 private:
  std::string_view bytes_;
  const std::string* where_;
  size_t at_ = 0;  // bits
};

class BasisCodes {
 public:
  // Errors: lengths of codes that cannot be.
  explicit BasisCodes(BasisBits& from);
  // Error: no code.
  uint32_t next(BasisBits& from) const;

 private:
  explicit BasisCodes(const std::vector<uint8_t>& lengths, const std::string& where);
  static constexpr int kLongest = 16;
  std::array<uint32_t, kLongest + 1> counts_{};
  std::vector<uint32_t> symbols_;  // by their codes
};

// What all slices of a file share.
class BasisLz {
 public:
  struct Parts {  // of the global data
    size_t endpoints = 0, selectors = 0;
    std::string_view endpoint_bytes, selector_bytes, table_bytes;
  };
  // Errors name `where`: damaged.
  BasisLz(const Parts& parts, const std::string& where);

  // One slice, (height, width, 3) from the top. Errors: damaged.
  std::vector<uint8_t> pixels(std::string_view slice, size_t width, size_t height) const;

 private:
  struct Endpoint {
    uint8_t brightness = 0;  // of kModifiers
    std::array<uint8_t, 3> colour{};
  };
  struct Block {
    uint32_t endpoint = 0, selector = 0;
  };
  class Slice;
  using Selector = std::array<uint8_t, 4>;  // a row each, 2 bits a pixel from the lowest on
  std::vector<Endpoint> read_endpoints(const Parts& parts) const;
  std::vector<Selector> read_selectors(const Parts& parts) const;
  struct Tables {
    BasisCodes predictions, steps, choices, runs;
    uint32_t history;  // how many choices are remembered
  };
  Tables read_tables(const Parts& parts) const;

  std::string where_;
  std::vector<Endpoint> endpoints_;
  std::vector<Selector> selectors_;
  Tables tables_;
};

}  // namespace flowtalk::video
