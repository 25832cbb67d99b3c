#include "flowtalk/base/error.h"

#include <algorithm>

namespace flowtalk {
namespace {

std::string one_line(std::string text) {
  const auto is_control = [](unsigned char c) {
    return (c < 0x20 && c != kFieldBegins && c != kFieldEnds) || c == 0x7f;
  };
  std::replace_if(text.begin(), text.end(), is_control, '?');
  return text;
}

std::string as_it_is(std::string_view name) { return std::string(name); }

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

Error::Error(const std::string& message, int exit_code)
    : std::runtime_error(spell_fields(one_line(message), as_it_is)),
      marked_(one_line(message)),
      exit_code_(exit_code) {}

void check_failed(const char* file, int line, const char* condition, const std::string& details) {
  throw std::logic_error(
      fmt::format("internal error at {}:{}: {} ({})", file, line, condition, details));
}

}  // namespace flowtalk
