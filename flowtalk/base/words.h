// Lists in one text, as options write them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace flowtalk {

// The words between spaces and commas; none is empty.
std::vector<std::string> words_of(std::string_view text);

// The parts between marks, empty ones too: one more than there are marks.
std::vector<std::string> parts_of(std::string_view text, char mark);

// ASCII letters in lower case.
std::string in_small_letters(std::string text);

}  // namespace flowtalk
