#include "flowtalk/tensor/tensor.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "flowtalk/base/error.h"
#include "flowtalk/tensor/storage.h"

namespace flowtalk::tensor {

std::string to_string(const Shape& shape) { return fmt::format("({})", fmt::join(shape, ", ")); }

int64_t count(const Shape& shape) {
  int64_t product = 1;
  for (const int64_t n : shape) product *= n;
  return product;
}

Tensor::Tensor(Shape shape) : shape_(std::move(shape)), size_(count(shape_)) {
  for (const int64_t n : shape_) FT_CHECK(n >= 0, "shape {}", to_string(shape_));
  auto storage = allocate_storage(static_cast<size_t>(size_) * sizeof(float));
  data_ = static_cast<float*>(storage.get());
  owner_ = std::move(storage);
}

Tensor::Tensor(Shape shape, std::span<const float> values) : Tensor(std::move(shape)) {
  FT_CHECK(static_cast<int64_t>(values.size()) == size_, "{} values for shape {}", values.size(),
           to_string(shape_));
  std::copy(values.begin(), values.end(), data_);
}

Tensor Tensor::full(Shape shape, float value) {
  Tensor result(std::move(shape));
  std::fill_n(result.data_, result.size_, value);
  return result;
}

Tensor Tensor::borrow(Shape shape, const float* data, std::shared_ptr<const void> owner) {
  Tensor result;
  result.shape_ = std::move(shape);
  result.size_ = count(result.shape_);
  result.data_ = const_cast<float*>(data);
  result.owner_ = std::move(owner);
  return result;
}

int64_t Tensor::dim(int64_t axis) const {
  const int64_t i = axis < 0 ? axis + rank() : axis;
  FT_CHECK(i >= 0 && i < rank(), "axis {} of shape {}", axis, to_string(shape_));
  return shape_[static_cast<size_t>(i)];
}

Tensor Tensor::reshape(Shape shape) const {
  int64_t known = 1;
  int64_t* open = nullptr;
  for (int64_t& n : shape) {
    if (n == -1) {
      FT_CHECK(open == nullptr, "two open sizes in {}", to_string(shape));
      open = &n;
    } else {
      known *= n;
    }
  }
  if (open != nullptr) *open = known == 0 ? 0 : size_ / known;
  FT_CHECK(count(shape) == size_, "reshape {} to {}", to_string(shape_), to_string(shape));
  Tensor result = *this;
  result.shape_ = std::move(shape);
  return result;
}

Tensor Tensor::clone() const { return Tensor(shape_, values()); }

}  // namespace flowtalk::tensor
