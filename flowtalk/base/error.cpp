#include "flowtalk/base/error.h"

namespace flowtalk {

std::string shown(std::string_view text, size_t max_bytes) {
  std::string piece;
  for (const char c : text.substr(0, max_bytes)) piece += c >= ' ' && c <= '~' ? c : '?';
  return text.size() > max_bytes ? piece + "..." : piece;
}

void check_failed(const char* file, int line, const char* condition, const std::string& details) {
  throw std::logic_error(
      fmt::format("internal error at {}:{}: {} ({})", file, line, condition, details));
}

}  // namespace flowtalk
