// The element types of array files and their conversion to float32.
#pragma once

#include <bit>
#include <cfloat>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "flowtalk/tensor/tensor.h"

namespace flowtalk::formats {

enum class Dtype {
  kBool,
  kU8,
  kI8,
  kU16,
  kI16,
  kU32,
  kI32,
  kU64,
  kI64,
  kF16,
  kBf16,
  kF32,
  kF64,
  kC64,   // complex of two float32
  kC128,  // complex of two float64
  kF80    // numpy's longdouble of x86: 80 bits in 16 bytes
};
// Whether this machine computes with kF80; elsewhere such files are refused.
inline constexpr bool kHasF80 = LDBL_MANT_DIG == 64 && sizeof(long double) == 16;

size_t element_size(Dtype dtype);        // bytes
const char* name_of(Dtype dtype);        // as safetensors writes it: "F32"
const char* numpy_name_of(Dtype dtype);  // as numpy and torch write it: "float32"
bool is_complex(Dtype dtype);
bool is_whole(Dtype dtype);  // bool and all integers

// Rounds to the nearest float32, not for complex. `bytes` need not be aligned; count elements are
// read.
void to_float32(Dtype dtype, bool big_endian, const char* bytes, int64_t count, float* out);

// IEEE half precision, rounded to nearest even; beyond the range it becomes infinite.
uint16_t float_to_half(float value);
// Without branches, so that a loop over weights becomes vector code.
inline float half_to_float(uint16_t bits) {
  const uint32_t sign = uint32_t{bits & 0x8000u} << 16, size = uint32_t{bits & 0x7fffu} << 13;
  const uint32_t normal = size + (112u << 23);
  const uint32_t subnormal =
      std::bit_cast<uint32_t>(std::bit_cast<float>(size + (113u << 23)) - 0x1p-14f);
  const uint32_t is_subnormal = 0u - static_cast<uint32_t>(size < (1u << 23));
  const uint32_t is_beyond = 0u - static_cast<uint32_t>(size >= (31u << 23));  // infinite, or NaN
  return std::bit_cast<float>(sign | (is_beyond & 0x7f800000u) | (is_subnormal & subnormal) |
                              (~is_subnormal & normal));
}

// Number of elements of a shape read from a file, or nothing if the sizes overflow or would not
// fit `max_bytes`. Sizes of zero are allowed.
std::optional<int64_t> checked_count(const tensor::Shape& shape, size_t element_bytes,
                                     size_t max_bytes);

}  // namespace flowtalk::formats
