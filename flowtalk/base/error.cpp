#include "flowtalk/base/error.h"

#include <algorithm>

namespace flowtalk {
namespace {

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

// How long the field is that begins here, with its marks; 0: none, a file's text has such a byte.
size_t field_length(std::string_view text) {
  if (text.empty() || text.front() != kFieldBegins) return 0;
  const size_t end = text.find(kFieldEnds);
  if (end == std::string_view::npos || end == 1) return 0;
  const std::string_view name = text.substr(1, end - 1);
  return std::any_of(name.begin(), name.end(), is_control) ? 0 : end + 1;
}

// Control characters that are no marks of a field become '?'.
std::string one_line(std::string text) {
  for (size_t i = 0; i < text.size();) {
    const size_t field = field_length(std::string_view(text).substr(i));
    if (field == 0 && is_control(text[i])) text[i] = '?';
    i += std::max<size_t>(field, 1);
  }
  return text;
}

}  // namespace

std::string spell_fields(std::string_view text,
                         const std::function<std::string(std::string_view)>& spell) {
  std::string spelled;
  while (!text.empty()) {
    const size_t begin = std::min(text.find(kFieldBegins), text.size());
    const size_t end = std::min(text.find(kFieldEnds, begin), text.size());
    spelled += text.substr(0, begin);
    if (begin < end) spelled += spell(text.substr(begin + 1, end - begin - 1));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return spelled;
}

std::string plain_fields(std::string_view text) {
  return spell_fields(text, [](std::string_view name) { return std::string(name); });
}

Error::Error(const std::string& message, int exit_code)
    : std::runtime_error(plain_fields(one_line(message))),
      marked_(one_line(message)),
      exit_code_(exit_code) {}

void check_failed(const char* file, int line, const char* condition, const std::string& details) {
  throw std::logic_error(
      fmt::format("internal error at {}:{}: {} ({})", file, line, condition, details));
}

}  // namespace flowtalk
