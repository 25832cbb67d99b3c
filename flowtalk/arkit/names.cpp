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

std::string canonical(std::string_view name) {
  struct Side {
    std::string_view ending, word;
  };
  constexpr std::array kSides{Side{"_L", "Left"},    Side{"_R", "Right"},
                              Side{"_l", "Left"},    Side{"_r", "Right"},
                              Side{"_left", "Left"}, Side{"_right", "Right"},
                              Side{"_Left", "Left"}, Side{"_Right", "Right"}};
  std::string text = camel(name);
  for (const Side& side : kSides) {
    if (!text.ends_with(side.ending)) continue;
    const std::string whole = text.substr(0, text.size() - side.ending.size()).append(side.word);
    if (find_shape(whole)) return whole;
  }
  return text;
}

}  // namespace flowtalk::arkit
