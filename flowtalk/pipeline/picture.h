// Words for pictures and films: how large, how many per second, from where, before what.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "flowtalk/render/image.h"

namespace flowtalk::pipeline {

// Pixels of one face: "512" or "640x480", 64 to 4096 each.
struct PictureSize {
  int width = 512, height = 512;
  bool operator==(const PictureSize&) const = default;
};
std::string text_of(const PictureSize& size);
void from_text(const std::string& text, PictureSize& size);  // Error: anything else

enum class View : uint8_t { kPortrait, kFront, kThreeQuarter, kProfile };
std::string text_of(View view);
void from_text(const std::string& text, View& view);  // Error: another word
std::vector<std::string> all_texts(View);
float yaw_of(View view);  // radians towards the face's left

// What is behind the face: the studio of its look, one colour, or nothing.
struct Background {
  enum class Kind : uint8_t { kStudio, kColour, kTransparent };
  Kind kind = Kind::kStudio;
  render::Rgb colour{};  // of kColour

  bool transparent() const { return kind == Kind::kTransparent; }
};
// "studio", "transparent", "#30343c", or a name of a colour.
std::string text_of(const Background& background);
void from_text(const std::string& text, Background& background);  // Error: anything else

}  // namespace flowtalk::pipeline
