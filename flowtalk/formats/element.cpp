#include "flowtalk/formats/element.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "flowtalk/base/error.h"

namespace flowtalk::formats {
namespace {

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
  explicit operator float() const { return bits == 0 ? 0.0f : 1.0f; }
};

template <class T>
void convert(bool big_endian, const char* bytes, int64_t count, float* out) {
  for (int64_t i = 0; i < count; ++i, bytes += sizeof(T)) {
    std::array<char, sizeof(T)> raw;
    std::copy_n(bytes, sizeof(T), raw.begin());
    if (big_endian) std::reverse(raw.begin(), raw.end());
    out[i] = static_cast<float>(std::bit_cast<T>(raw));
  }
}

}  // namespace

size_t element_size(Dtype dtype) {
  switch (dtype) {
    case Dtype::kBool:
    case Dtype::kU8:
    case Dtype::kI8:
      return 1;
    case Dtype::kU16:
    case Dtype::kI16:
    case Dtype::kF16:
    case Dtype::kBf16:
      return 2;
    case Dtype::kU32:
    case Dtype::kI32:
    case Dtype::kF32:
      return 4;
    default:
      return 8;
  }
}

const char* name_of(Dtype dtype) {
  constexpr const char* kNames[] = {"BOOL", "U8",  "I8",  "U16",  "I16", "U32", "I32",
                                    "U64",  "I64", "F16", "BF16", "F32", "F64"};
  return kNames[static_cast<size_t>(dtype)];
}

void to_float32(Dtype dtype, bool big_endian, const char* bytes, int64_t count, float* out) {
  switch (dtype) {
    case Dtype::kBool:
      return convert<Boolean>(big_endian, bytes, count, out);
    case Dtype::kU8:
      return convert<uint8_t>(big_endian, bytes, count, out);
    case Dtype::kI8:
      return convert<int8_t>(big_endian, bytes, count, out);
    case Dtype::kU16:
      return convert<uint16_t>(big_endian, bytes, count, out);
    case Dtype::kI16:
      return convert<int16_t>(big_endian, bytes, count, out);
    case Dtype::kU32:
      return convert<uint32_t>(big_endian, bytes, count, out);
    case Dtype::kI32:
      return convert<int32_t>(big_endian, bytes, count, out);
    case Dtype::kU64:
      return convert<uint64_t>(big_endian, bytes, count, out);
    case Dtype::kI64:
      return convert<int64_t>(big_endian, bytes, count, out);
    case Dtype::kF16:
      return convert<Half>(big_endian, bytes, count, out);
    case Dtype::kBf16:
      return convert<Brain>(big_endian, bytes, count, out);
    case Dtype::kF32:
      return convert<float>(big_endian, bytes, count, out);
    case Dtype::kF64:
      return convert<double>(big_endian, bytes, count, out);
  }
}

float half_to_float(uint16_t bits) {
  const uint32_t sign = uint32_t{bits & 0x8000u} << 16;
  const uint32_t exponent = (bits >> 10) & 31u, fraction = bits & 1023u;
  if (exponent == 31) return std::bit_cast<float>(sign | 0x7f800000u | (fraction << 13));
  if (exponent == 0) {
    const float size = std::ldexp(static_cast<float>(fraction), -24);
    return sign == 0 ? size : -size;
  }
  return std::bit_cast<float>(sign | ((exponent + 112) << 23) | (fraction << 13));
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
