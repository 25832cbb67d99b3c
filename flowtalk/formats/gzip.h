// Files that gzip has packed (RFC 1952).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace flowtalk::formats {

inline bool is_gzip(std::string_view bytes) { return bytes.starts_with("\x1f\x8b"); }

// What was packed; memory grows with what really comes out. Errors name `where`: damaged or cut
// off, more than max_bytes, something behind the packed file.
std::string gunzip(std::string_view bytes, size_t max_bytes, const std::string& where);

// Packs text, as tightly as it gets, without a name or a time. Error: no memory.
std::string gzip(std::string_view text);

}  // namespace flowtalk::formats
