// The kinds of numbers that accessors are made of.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <utility>

namespace flowtalk::gltf {

// As glTF counts them, those of OpenGL.
enum Component : size_t {
  kByte = 5120,
  kUnsignedByte,
  kShort,
  kUnsignedShort,
  kUnsignedInt = 5125,
  kFloat
};

// Bytes of one; 0 for a number that says no component.
constexpr size_t size_of(size_t component) {
  switch (component) {
    case kByte:
    case kUnsignedByte:
      return 1;
    case kShort:
    case kUnsignedShort:
      return 2;
    case kUnsignedInt:
    case kFloat:
      return 4;
    default:
      return 0;
  }
}

// How many make a row of an accessor's type; 0 for a type that is not read.
constexpr size_t width_of(std::string_view type) {
  constexpr std::array<std::pair<std::string_view, size_t>, 5> kTypes{
      {{"SCALAR", 1}, {"VEC2", 2}, {"VEC3", 3}, {"VEC4", 4}, {"MAT4", 16}}};
  for (const auto& [name, width] : kTypes) {
    if (type == name) return width;
  }
  return 0;
}

}  // namespace flowtalk::gltf
