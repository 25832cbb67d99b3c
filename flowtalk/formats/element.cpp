#include "flowtalk/formats/element.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>

#include "flowtalk/base/error.h"
#include "flowtalk/formats/element_types.h"

namespace flowtalk::formats {

size_t element_size(Dtype dtype) {
  constexpr size_t kSizes[] = {1, 1, 1, 2, 2, 4, 4, 8, 8, 2, 2, 4, 8, 8, 16, 16};
  return kSizes[static_cast<size_t>(dtype)];
}

const char* name_of(Dtype dtype) {
  constexpr const char* kNames[] = {"BOOL", "U8",  "I8",   "U16", "I16", "U32", "I32",  "U64",
                                    "I64",  "F16", "BF16", "F32", "F64", "C64", "C128", "F80"};
  return kNames[static_cast<size_t>(dtype)];
}

const char* numpy_name_of(Dtype dtype) {
  constexpr const char* kNames[] = {"bool",    "uint8",     "int8",       "uint16",
                                    "int16",   "uint32",    "int32",      "uint64",
                                    "int64",   "float16",   "bfloat16",   "float32",
                                    "float64", "complex64", "complex128", "longdouble"};
  return kNames[static_cast<size_t>(dtype)];
}

bool is_complex(Dtype dtype) { return dtype == Dtype::kC64 || dtype == Dtype::kC128; }

bool is_whole(Dtype dtype) { return dtype <= Dtype::kI64; }

void to_float32(Dtype dtype, bool big_endian, const char* bytes, int64_t count, float* out) {
  visit_dtype(dtype, [&]<class T>(T) {
    if constexpr (is_complex_type<T>) {
      FT_CHECK(false, "complex numbers as float32");
    } else {
      constexpr auto kSize = static_cast<int64_t>(sizeof(T));
      if (!big_endian) {
        for (int64_t i = 0; i < count; ++i) {
          out[i] = static_cast<float>(number_of(read_element<T>(bytes + i * kSize)));
        }
        return;
      }
      for (int64_t i = 0; i < count; ++i) {
        std::array<char, sizeof(T)> raw{};
        std::reverse_copy(bytes + i * kSize, bytes + (i + 1) * kSize, raw.begin());
        out[i] = static_cast<float>(number_of(read_element<T>(raw.data())));
      }
    }
  });
}

uint16_t float_to_half(float value) {
  const auto bits = std::bit_cast<uint32_t>(value);
  const auto sign = static_cast<uint16_t>((bits >> 16) & 0x8000u);
  const float size = std::abs(value);
  if (std::isnan(value)) return static_cast<uint16_t>(sign | 0x7e00u);
  if (size >= 65520.0f) return static_cast<uint16_t>(sign | 0x7c00u);
  if (size < 0x1p-14f) {  // subnormal: a multiple of 2^-24
    return static_cast<uint16_t>(sign | static_cast<uint16_t>(std::nearbyint(size * 0x1p24f)));
  }
  const uint32_t magnitude = std::bit_cast<uint32_t>(size);
  const uint32_t rounded = magnitude + 0xfffu + ((magnitude >> 13) & 1u);
  return static_cast<uint16_t>(sign | ((rounded >> 13) - (112u << 10)));
}

std::optional<int64_t> checked_count(const tensor::Shape& shape, size_t element_bytes,
                                     size_t max_bytes) {
  constexpr int64_t kMost = std::numeric_limits<int64_t>::max() / 16;
  int64_t product = 1;  // of the sizes that are not zero, so that no order of them can overflow
  bool empty = false;
  for (const int64_t size : shape) {
    if (size < 0) return std::nullopt;
    if (size == 0) {
      empty = true;
    } else if (product > kMost / size) {
      return std::nullopt;
    } else {
      product *= size;
    }
  }
  if (empty) return 0;
  if (static_cast<size_t>(product) > max_bytes / element_bytes) return std::nullopt;
  return product;
}

}  // namespace flowtalk::formats
