// Of what the names of clips are made.
#pragma once

#include <cctype>

namespace flowtalk::synth {

// Letters of ASCII, digits, - and _.
inline bool may_be_in_name(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_';
}

}  // namespace flowtalk::synth
