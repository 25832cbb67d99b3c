// One C++ type per element type, and the step from a Dtype to it; for the readers of this room.
#pragma once

#include <bit>
#include <cfloat>
#include <complex>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "flowtalk/base/error.h"
#include "flowtalk/formats/element.h"

namespace flowtalk::formats {

static_assert(std::endian::native == std::endian::little, "array files are read as little-endian");

struct Half {
  uint16_t bits;
  explicit operator float() const { return half_to_float(bits); }
};
struct Brain {
  uint16_t bits;
  explicit operator float() const { return std::bit_cast<float>(uint32_t{bits} << 16); }
};
struct Boolean {
  uint8_t bits;
};

// The element at `bytes`, which need not be aligned.
template <class T>
T read_element(const char* bytes) {
  T value;
  std::memcpy(&value, bytes, sizeof value);
  return value;
}

// A real element as a number: bool as 0 or 1, float16 and bfloat16 as float.
template <class T>
auto number_of(T value) {
  if constexpr (std::same_as<T, Boolean>) {
    return static_cast<uint8_t>(value.bits != 0);
  } else if constexpr (std::same_as<T, Half> || std::same_as<T, Brain>) {
    return static_cast<float>(value);
  } else {
    return value;
  }
}

template <class T>
inline constexpr bool is_complex_type =
    std::same_as<T, std::complex<float>> || std::same_as<T, std::complex<double>>;

// Calls f(T{}) with the C++ type of a Dtype.
template <class F>
decltype(auto) visit_dtype(Dtype dtype, F&& f) {
  switch (dtype) {
    case Dtype::kBool:
      return f(Boolean{});
    case Dtype::kU8:
      return f(uint8_t{});
    case Dtype::kI8:
      return f(int8_t{});
    case Dtype::kU16:
      return f(uint16_t{});
    case Dtype::kI16:
      return f(int16_t{});
    case Dtype::kU32:
      return f(uint32_t{});
    case Dtype::kI32:
      return f(int32_t{});
    case Dtype::kU64:
      return f(uint64_t{});
    case Dtype::kI64:
      return f(int64_t{});
    case Dtype::kF16:
      return f(Half{});
    case Dtype::kBf16:
      return f(Brain{});
    case Dtype::kF32:
      return f(float{});
    case Dtype::kF64:
      return f(double{});
    case Dtype::kC64:
      return f(std::complex<float>{});
    case Dtype::kC128:
      return f(std::complex<double>{});
    case Dtype::kF80:
      break;
  }
  FT_CHECK(dtype == Dtype::kF80 && kHasF80, "dtype {}", static_cast<int>(dtype));
  using Long = long double;
  return f(Long{});
}

}  // namespace flowtalk::formats
