// Numbers as networks write them.
#pragma once

#include <bit>
#include <cstdint>
#include <string>

namespace flowtalk::live {

inline void append_big_endian(std::string& out, uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) {
    out.push_back(static_cast<char>((value >> shift) & 0xffu));
  }
}
inline void append_big_endian(std::string& out, int32_t value) {
  append_big_endian(out, static_cast<uint32_t>(value));
}
inline void append_big_endian(std::string& out, float value) {
  append_big_endian(out, std::bit_cast<uint32_t>(value));
}

}  // namespace flowtalk::live
