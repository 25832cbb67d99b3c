// The native tensor: contiguous float32 with a shape. Copies share storage; clone() does not.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "flowtalk/base/recycled.h"

namespace flowtalk::tensor {

using Shape = RecycledVector<int64_t>;

std::string to_string(const Shape& shape);  // "(1, 50, 53)"
int64_t count(const Shape& shape);          // product of the sizes, 1 for a scalar

class Tensor {
 public:
  Tensor() = default;
  explicit Tensor(Shape shape);  // uninitialised, 64-byte aligned
  Tensor(Shape shape, std::span<const float> values);
  static Tensor full(Shape shape, float value);
  static Tensor zeros(Shape shape) { return full(std::move(shape), 0.0f); }
  // Borrows memory that `owner` keeps alive (a mapped file).
  static Tensor borrow(Shape shape, const float* data, std::shared_ptr<const void> owner);

  const Shape& shape() const { return shape_; }
  int64_t rank() const { return static_cast<int64_t>(shape_.size()); }
  int64_t dim(int64_t axis) const;  // negative counts from the end
  int64_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  float* data() { return data_; }
  const float* data() const { return data_; }
  std::span<float> values() { return {data_, static_cast<size_t>(size_)}; }
  std::span<const float> values() const { return {data_, static_cast<size_t>(size_)}; }
  float& operator[](int64_t i) { return data_[i]; }
  float operator[](int64_t i) const { return data_[i]; }

  Tensor reshape(Shape shape) const;  // same storage; one size may be -1
  Tensor clone() const;
  // What keeps the storage alive: equal for copies, reshapes and views of one storage.
  const std::shared_ptr<const void>& owner() const { return owner_; }

 private:
  Shape shape_;
  int64_t size_ = 0;
  float* data_ = nullptr;
  std::shared_ptr<const void> owner_;
};

}  // namespace flowtalk::tensor
