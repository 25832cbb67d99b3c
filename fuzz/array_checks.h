// What must hold of any array that a reader lets through.
#pragma once

#include <algorithm>

#include "flowtalk/formats/array.h"
#include "fuzz/harness.h"

namespace flowtalk::fuzz {

// Sizes that agree, every element readable in each of the ways, and nothing but an Error from the
// conversions that may refuse.
inline void check_array(const formats::Array& array) {
  for (const int64_t size : array.shape) {
    if (size < 0) finding("a negative size");
  }
  const size_t element = formats::element_size(array.dtype);
  if (static_cast<size_t>(array.size()) * element != array.bytes.size()) {
    finding("an array whose bytes do not fit its shape");
  }
  unsigned sum = 0;  // touches every byte, so that the sanitizers see it
  for (const char c : array.bytes) sum += static_cast<unsigned char>(c);
  if (sum > 255u * array.bytes.size()) finding("bytes changed while they were read");
  const int64_t shown = std::min<int64_t>(array.size(), 64);
  for (int64_t i = 0; i < shown; ++i) {
    if (fmt::format("{} {}", array.real(i), array.imaginary(i)).empty()) finding("no number");
    accepts([&] { array.int64(i); });
    accepts([&] { array.uint64(i); });
  }
  constexpr size_t kWhole = size_t{1} << 18;  // bytes; larger ones are looked at in part
  if (array.bytes.size() > kWhole) return;
  accepts([&] { formats::to_int64(array, "x"); });
  const bool real = accepts([&] {
    const tensor::Tensor tensor = formats::to_tensor(array, "x");
    if (tensor.shape() != array.shape) finding("another shape as a tensor");
  });
  if (real == formats::is_complex(array.dtype)) finding("a complex tensor, or a real one refused");
}

// The same of a mesh, whose triangles stay within its vertices.
inline void check_mesh(const formats::Array& vertices, const formats::Array& triangles) {
  check_array(vertices);
  check_array(triangles);
  const int64_t count = vertices.shape.at(0);
  for (int64_t i = 0; i < triangles.size(); ++i) {
    if (triangles.int64(i) >= count) finding("a triangle beyond the vertices");
  }
}

}  // namespace flowtalk::fuzz
