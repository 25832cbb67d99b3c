#include "flowtalk/formats/array.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

#include "flowtalk/base/error.h"
#include "flowtalk/formats/element_types.h"
#include "flowtalk/tensor/storage.h"

namespace flowtalk::formats {
namespace {

constexpr size_t kMaxRepeated = size_t{1} << 26;  // bytes that repeating strides may make

const char* element_at(const Array& array, int64_t i, size_t element_bytes) {
  const size_t at = static_cast<size_t>(i) * element_bytes;
  FT_CHECK(i >= 0 && at + element_bytes <= array.bytes.size(), "element {} of {}", i, array.size());
  return array.bytes.data() + at;
}

// The exact value as the integer type To; Error if it has none.
template <class To>
To whole_number(const Array& array, int64_t i) {
  return visit_dtype(array.dtype, [&]<class T>(T) -> To {
    const auto refuse = [&](const auto& value) {
      fail("element {}: expected a whole number of {} bits{}, got {}", i, 8 * sizeof(To),
           std::is_unsigned_v<To> ? " that is not negative" : " with a sign", value);
    };
    if constexpr (is_complex_type<T>) {
      refuse("a complex number");
    } else {
      const auto value = number_of(read_element<T>(element_at(array, i, sizeof(T))));
      if constexpr (std::is_integral_v<decltype(value)>) {
        if (std::in_range<To>(value)) return static_cast<To>(value);
      } else {
        // Both ends are powers of two, exact in every float type.
        const long double end = std::ldexp(1.0L, 8 * sizeof(To) - std::is_signed_v<To>);
        const long double begin = std::is_signed_v<To> ? -end : 0.0L;
        const long double exact = value;
        if (exact >= begin && exact < end && exact == std::floor(exact)) {
          return static_cast<To>(exact);
        }
      }
      refuse(value);
    }
    return 0;
  });
}

// Strides of an array without gaps.
std::vector<int64_t> dense_strides(const tensor::Shape& shape, bool fortran_order) {
  std::vector<int64_t> strides(shape.size());
  int64_t step = 1;
  for (size_t i = 0; i < shape.size(); ++i) {
    const size_t axis = fortran_order ? i : shape.size() - 1 - i;
    strides[axis] = step;
    step *= std::max<int64_t>(shape[axis], 1);
  }
  return strides;
}

bool is_c_order(const tensor::Shape& shape, const std::vector<int64_t>& strides) {
  int64_t expected = 1;
  for (size_t i = shape.size(); i-- > 0; expected *= shape[i]) {
    if (shape[i] != 1 && strides[i] != expected) return false;
  }
  return true;
}

// Copies the last axis element by element, turning the bytes round if asked; the outer axes are
// counted like an odometer. Everything has been checked.
template <size_t kBytes>
void gather(const ArrayView& view, const char* memory, char* out) {
  const size_t axes = view.shape.size();
  const int64_t inner = axes == 0 ? 1 : view.shape[axes - 1];
  const int64_t inner_step = axes == 0 ? 0 : view.strides[axes - 1];
  std::vector<int64_t> index(axes, 0);
  int64_t at = view.offset;
  while (true) {
    const char* from = memory + at * static_cast<int64_t>(kBytes);
    for (int64_t i = 0; i < inner; ++i, out += kBytes) {
      std::memcpy(out, from + i * inner_step * static_cast<int64_t>(kBytes), kBytes);
    }
    size_t axis = axes == 0 ? 0 : axes - 1;
    while (axis-- > 0) {
      at += view.strides[axis];
      if (++index[axis] < view.shape[axis]) break;
      at -= view.strides[axis] * view.shape[axis];
      index[axis] = 0;
    }
    if (axis == static_cast<size_t>(-1)) return;
  }
}

// The two halves of a complex number are turned round one by one.
void swap_bytes(Dtype dtype, char* bytes, size_t size) {
  const size_t unit = element_size(dtype) / (is_complex(dtype) ? 2 : 1);
  if (unit == 1) return;
  for (char* end = bytes + size; bytes < end; bytes += unit) std::reverse(bytes, bytes + unit);
}

// Number of elements, and that all of them lie within the memory; fills in missing strides.
int64_t check_view(ArrayView& view, size_t memory_bytes, const std::string& where) {
  const size_t size = element_size(view.dtype);
  const auto have = static_cast<int64_t>(memory_bytes / size);
  const auto refuse = [&](const std::string& what) {
    fail("{}: shape {} of {}: {}; the file is damaged", where, tensor::to_string(view.shape),
         numpy_name_of(view.dtype), what);
  };
  const bool whole = view.strides.empty();
  const auto count =
      checked_count(view.shape, size, whole ? memory_bytes : std::max(memory_bytes, kMaxRepeated));
  if (!count) refuse(fmt::format("does not fit the {} bytes of its data", memory_bytes));
  if (view.offset < 0 || view.offset > have) refuse("begins outside its data");
  if (whole) view.strides = dense_strides(view.shape, view.fortran_order);
  if (view.strides.size() != view.shape.size()) refuse("has another number of strides than axes");
  int64_t last = view.offset;  // the farthest element
  for (size_t i = 0; i < view.shape.size(); ++i) {
    if (view.strides[i] < 0) refuse("has a negative stride");
    if (*count == 0 || view.shape[i] == 1) continue;
    if (view.strides[i] > have / (view.shape[i] - 1)) refuse("reaches beyond its data");
    last += view.strides[i] * (view.shape[i] - 1);
    if (last >= have) refuse("reaches beyond its data");
  }
  if (*count > 0 && last >= have) refuse("reaches beyond its data");
  return *count;
}

}  // namespace

double Array::real(int64_t i) const {
  return visit_dtype(dtype, [&]<class T>(T) {
    const T value = read_element<T>(element_at(*this, i, sizeof(T)));
    if constexpr (is_complex_type<T>) {
      return static_cast<double>(value.real());
    } else {
      return static_cast<double>(number_of(value));
    }
  });
}

double Array::imaginary(int64_t i) const {
  return visit_dtype(dtype, [&]<class T>(T) {
    if constexpr (is_complex_type<T>) {
      return static_cast<double>(read_element<T>(element_at(*this, i, sizeof(T))).imag());
    } else {
      return 0.0;
    }
  });
}

int64_t Array::int64(int64_t i) const { return whole_number<int64_t>(*this, i); }

uint64_t Array::uint64(int64_t i) const { return whole_number<uint64_t>(*this, i); }

tensor::Tensor to_tensor(const Array& array, const std::string& where) {
  if (is_complex(array.dtype)) fail("{}: complex numbers, expected real ones", where);
  const bool aligned = reinterpret_cast<uintptr_t>(array.bytes.data()) % alignof(float) == 0;
  if (array.dtype == Dtype::kF32 && aligned && !array.bytes.empty()) {
    return tensor::Tensor::borrow(array.shape, reinterpret_cast<const float*>(array.bytes.data()),
                                  array.owner);
  }
  tensor::Tensor result(array.shape);
  to_float32(array.dtype, false, array.bytes.data(), result.size(), result.data());
  return result;
}

std::vector<double> to_double(const Array& array, const std::string& where) {
  if (is_complex(array.dtype)) fail("{}: complex numbers, expected real ones", where);
  std::vector<double> values(static_cast<size_t>(array.size()));
  visit_dtype(array.dtype, [&]<class T>(T) {
    if constexpr (!is_complex_type<T>) {
      const char* bytes = array.bytes.data();
      for (double& value : values) {
        value = static_cast<double>(number_of(read_element<T>(bytes)));
        bytes += sizeof(T);
      }
    }
  });
  return values;
}

std::vector<int64_t> to_int64(const Array& array, const std::string& where) {
  return with_context(where, [&] {
    std::vector<int64_t> values(static_cast<size_t>(array.size()));
    for (size_t i = 0; i < values.size(); ++i) values[i] = array.int64(static_cast<int64_t>(i));
    return values;
  });
}

Array make_array(const ArrayView& given, std::string_view memory, std::shared_ptr<const void> owner,
                 const std::string& where) {
  ArrayView view = given;
  const int64_t count = check_view(view, memory.size(), where);
  const size_t size = element_size(view.dtype), bytes = static_cast<size_t>(count) * size;
  Array result{view.dtype, view.shape, {}, std::move(owner)};
  if (count == 0) return result;
  const bool turn = view.big_endian && size > 1;
  if (!turn && is_c_order(view.shape, view.strides)) {
    result.bytes = memory.substr(static_cast<size_t>(view.offset) * size, bytes);
    return result;
  }
  const auto storage = tensor::allocate_storage(bytes);
  char* out = static_cast<char*>(storage.get());
  switch (size) {
    case 1:
      gather<1>(view, memory.data(), out);
      break;
    case 2:
      gather<2>(view, memory.data(), out);
      break;
    case 4:
      gather<4>(view, memory.data(), out);
      break;
    case 8:
      gather<8>(view, memory.data(), out);
      break;
    default:
      gather<16>(view, memory.data(), out);
  }
  if (turn) swap_bytes(view.dtype, out, bytes);
  result.bytes = {out, bytes};
  result.owner = storage;
  return result;
}

Array make_array(const tensor::Tensor& tensor) {
  const auto values = tensor.values();
  return {Dtype::kF32,
          tensor.shape(),
          {reinterpret_cast<const char*>(values.data()), values.size_bytes()},
          tensor.owner()};
}

Array array_detail::copy_bytes(Dtype dtype, tensor::Shape shape, std::string_view bytes) {
  FT_CHECK(bytes.size() == static_cast<size_t>(tensor::count(shape)) * element_size(dtype),
           "{} bytes for shape {} of {}", bytes.size(), tensor::to_string(shape), name_of(dtype));
  const auto storage = tensor::allocate_storage(bytes.size());
  if (!bytes.empty()) std::memcpy(storage.get(), bytes.data(), bytes.size());
  return {
      dtype, std::move(shape), {static_cast<const char*>(storage.get()), bytes.size()}, storage};
}

}  // namespace flowtalk::formats
