#include "flowtalk/base/words.h"

namespace flowtalk {

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  bool inside = false;
  for (const char c : text) {
    const bool between = c == ' ' || c == ',';
    if (!between && !inside) words.emplace_back();
    if (!between) words.back() += c;
    inside = !between;
  }
  return words;
}

std::vector<std::string> parts_of(std::string_view text, char mark) {
  std::vector<std::string> parts(1);
  for (const char c : text) {
    if (c == mark) {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

std::string in_small_letters(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

}  // namespace flowtalk
