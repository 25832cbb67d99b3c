// Numbers as a file holds them: element type kept, C order, the machine's byte order. What the
// readers of foreign files return; the model computes with Tensor (float32).
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "flowtalk/formats/element.h"
#include "flowtalk/tensor/tensor.h"

namespace flowtalk::formats {

struct Array {
  Dtype dtype = Dtype::kF32;
  tensor::Shape shape = {};
  std::string_view bytes = {};             // all elements, last axis fastest; may be unaligned
  std::shared_ptr<const void> owner = {};  // keeps the bytes alive: own memory or a mapped file

  int64_t size() const { return tensor::count(shape); }
  // Element i in C order. real: the nearest double (exact but for integers beyond 2^53 and
  // longdouble), the real part of a complex number. int64, uint64: the exact value; Error if the
  // element is not a whole number of that range.
  double real(int64_t i) const;
  double imaginary(int64_t i) const;
  int64_t int64(int64_t i) const;
  uint64_t uint64(int64_t i) const;
};

// The whole array as float32, rounded to nearest; borrows the memory where it is aligned float32,
// so the values must not be written to. Error for complex numbers; `where` names the file.
tensor::Tensor to_tensor(const Array& array, const std::string& where = "array");
std::vector<double> to_double(const Array& array, const std::string& where = "array");
// Error unless all elements are whole numbers of the range.
std::vector<int64_t> to_int64(const Array& array, const std::string& where = "array");

// How the elements of an array lie in a piece of memory.
struct ArrayView {
  Dtype dtype = Dtype::kF32;
  tensor::Shape shape = {};
  bool big_endian = false;
  int64_t offset = 0;                 // of the first element, in elements
  std::vector<int64_t> strides = {};  // in elements, one per axis, >= 0; empty: without gaps
  bool fortran_order = false;         // without strides: the first axis is fastest, not the last
};

// The array that a view describes: borrowed where it is C order and the machine's byte order,
// copied otherwise. Errors name `where`: negative or overflowing sizes, elements outside the
// memory, and repeating strides that would blow a small file up beyond 64 MiB.
Array make_array(const ArrayView& view, std::string_view memory, std::shared_ptr<const void> owner,
                 const std::string& where);

// Borrows the tensor's values.
Array make_array(const tensor::Tensor& tensor);

namespace array_detail {
Array copy_bytes(Dtype dtype, tensor::Shape shape, std::string_view bytes);
template <class T>
constexpr Dtype dtype_of() {
  constexpr bool kSigned = std::is_signed_v<T>;
  static_assert(std::is_arithmetic_v<T> && sizeof(T) <= 8);
  if constexpr (std::is_same_v<T, bool>) return Dtype::kBool;
  if constexpr (std::is_floating_point_v<T>) return sizeof(T) == 4 ? Dtype::kF32 : Dtype::kF64;
  if constexpr (sizeof(T) == 1) return kSigned ? Dtype::kI8 : Dtype::kU8;
  if constexpr (sizeof(T) == 2) return kSigned ? Dtype::kI16 : Dtype::kU16;
  if constexpr (sizeof(T) == 4) return kSigned ? Dtype::kI32 : Dtype::kU32;
  return kSigned ? Dtype::kI64 : Dtype::kU64;
}
}  // namespace array_detail

// Copies values given in C order; as many as the shape says.
template <class T>
Array make_array(tensor::Shape shape, std::span<const T> values) {
  return array_detail::copy_bytes(
      array_detail::dtype_of<T>(), std::move(shape),
      {reinterpret_cast<const char*>(values.data()), values.size_bytes()});
}
template <class T>
Array make_array(tensor::Shape shape, const std::vector<T>& values) {
  return make_array(std::move(shape), std::span<const T>(values));
}

}  // namespace flowtalk::formats
