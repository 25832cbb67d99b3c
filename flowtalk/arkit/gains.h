// How far a full shape moves the built-in head, against the head that ARKit's shapes are modelled
// on in ICT-FaceKit (MIT licence): 1 is more on the one than on the other.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace flowtalk::arkit {

// What values are multiplied with on the way from the built-in head to ARKit.
enum class Gain {
  kNone,  // as they are: 1 is a full shape of either head
  kArkit  // as far as the skin of the built-in head moves, ARKit's is to move
};
// "none", "arkit" (base/fields.h). Error: another word.
std::string text_of(Gain gain);
void from_text(const std::string& text, Gain& gain);
std::vector<std::string> all_texts(const Gain&);

// By Gain::kArkit. Jaw, lips that close and lids that shut stay as they are: an open jaw is told by
// its angle, and what is shut is shut on every head.
float gain_of(size_t shape);

}  // namespace flowtalk::arkit
