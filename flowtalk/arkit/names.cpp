#include "flowtalk/arkit/names.h"

namespace flowtalk::arkit {
namespace {

char small(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
char large(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

}  // namespace

std::optional<size_t> find_shape(std::string_view name) {
  for (size_t i = 0; i < kShapes; ++i) {
    if (!name.empty() && kNames[i][0] == small(name[0]) && kNames[i].substr(1) == name.substr(1)) {
      return i;
    }
  }
  return std::nullopt;
}

std::string pascal(std::string_view name) {
  std::string text(name);
  if (!text.empty()) text[0] = large(text[0]);
  return text;
}

std::string camel(std::string_view name) {
  std::string text(name);
  if (!text.empty()) text[0] = small(text[0]);
  return text;
}

}  // namespace flowtalk::arkit
