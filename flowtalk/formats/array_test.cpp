// Arrays from every layout a file may have, exact elements, and views that must be refused.
#include "flowtalk/formats/array.h"

#include <gtest/gtest.h>

#include <complex>
#include <cstring>
#include <limits>

#include "flowtalk/base/error.h"

namespace flowtalk::formats {
namespace {

using tensor::Shape;

template <class T>
std::string_view bytes_of(const std::vector<T>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

Array view_of(const ArrayView& view, std::string_view memory) {
  return make_array(view, memory, nullptr, "x.npy");
}

TEST(Array, BorrowsWhatIsInOrder) {
  const std::vector<float> values = {1, 2, 3, 4, 5, 6};
  const Array array = view_of({.dtype = Dtype::kF32, .shape = {2, 3}}, bytes_of(values));
  EXPECT_EQ(array.bytes.data(), bytes_of(values).data());
  EXPECT_EQ(to_tensor(array).data(), values.data());
  const Array tail =
      view_of({.dtype = Dtype::kF32, .shape = {3}, .offset = 3, .strides = {1}}, bytes_of(values));
  EXPECT_EQ(tail.real(0), 4);
  const std::string shifted = "x" + std::string(bytes_of(values));  // not aligned
  const Array loose = view_of({.shape = {6}}, std::string_view(shifted).substr(1));
  EXPECT_EQ(to_tensor(loose)[5], 6);
}

TEST(Array, ReordersFortranOrderAndStrides) {
  const std::vector<int16_t> values = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
  const Array fortran =
      view_of({.dtype = Dtype::kI16, .shape = {2, 3, 2}, .fortran_order = true}, bytes_of(values));
  EXPECT_EQ(to_int64(fortran), (std::vector<int64_t>{0, 6, 2, 8, 4, 10, 1, 7, 3, 9, 5, 11}));
  const Array picked = view_of(
      {.dtype = Dtype::kI16, .shape = {2, 2}, .offset = 1, .strides = {6, 3}}, bytes_of(values));
  EXPECT_EQ(to_int64(picked), (std::vector<int64_t>{1, 4, 7, 10}));
  const Array repeated =
      view_of({.dtype = Dtype::kI16, .shape = {2, 2}, .strides = {0, 1}}, bytes_of(values));
  EXPECT_EQ(to_int64(repeated), (std::vector<int64_t>{0, 1, 0, 1}));
  const Array scalar = view_of({.dtype = Dtype::kI16, .offset = 5}, bytes_of(values));
  EXPECT_EQ(scalar.int64(0), 5);
}

TEST(Array, TurnsOtherByteOrdersRound) {
  const char bytes[] = {0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08};
  const std::string_view memory(bytes, sizeof bytes);
  EXPECT_EQ(view_of({.dtype = Dtype::kU16, .shape = {4}, .big_endian = true}, memory).uint64(1),
            0x0304u);
  EXPECT_EQ(view_of({.dtype = Dtype::kU64, .shape = {1}, .big_endian = true}, memory).uint64(0),
            0x0102030405060708u);
  const char complex[] = {0x3f, '\x80', 0, 0, 0x40, 0, 0, 0};  // 1 + 2i, each part by itself
  const Array one =
      view_of({.dtype = Dtype::kC64, .shape = {}, .big_endian = true}, {complex, sizeof complex});
  EXPECT_EQ(one.real(0), 1);
  EXPECT_EQ(one.imaginary(0), 2);
  EXPECT_THROW(to_tensor(one), Error);
  EXPECT_THROW(to_double(one), Error);
}

TEST(Array, GivesExactElements) {
  const auto most = std::numeric_limits<uint64_t>::max();
  const auto least = std::numeric_limits<int64_t>::min();
  const Array u = make_array<uint64_t>({2}, {most, 7});
  EXPECT_EQ(u.uint64(0), most);
  EXPECT_EQ(u.int64(1), 7);
  EXPECT_THROW(u.int64(0), Error);
  const Array i = make_array<int64_t>({2}, {least, -1});
  EXPECT_EQ(i.int64(0), least);
  EXPECT_THROW(i.uint64(1), Error);
  const Array d = make_array<double>({5}, {3, 0.5, -0x1p63, 0x1p63, NAN});
  EXPECT_EQ(d.int64(0), 3);
  EXPECT_THROW(d.int64(1), Error);
  EXPECT_EQ(d.int64(2), least);
  EXPECT_THROW(d.int64(3), Error);
  EXPECT_EQ(d.uint64(3), uint64_t{1} << 63);
  EXPECT_THROW(d.int64(4), Error);
  EXPECT_EQ(to_double(d)[1], 0.5);
  EXPECT_THROW(to_int64(d), Error);
  EXPECT_EQ(make_array<uint8_t>({1}, {200}).real(0), 200);
}

TEST(Array, ReadsLongDoubles) {
  if (!kHasF80) GTEST_SKIP() << "skipped: no 80-bit floats on this machine";
  const std::vector<long double> values = {1.5L, 9223372036854775807.0L};
  const Array array = view_of({.dtype = Dtype::kF80, .shape = {2}}, bytes_of(values));
  EXPECT_EQ(array.real(0), 1.5);
  EXPECT_EQ(array.int64(1), std::numeric_limits<int64_t>::max());
  EXPECT_EQ(to_tensor(array)[0], 1.5f);
}

TEST(Array, RefusesViewsThatLeaveTheirMemory) {
  const std::vector<float> values(6);
  constexpr int64_t kHuge = int64_t{1} << 62;
  const std::vector<ArrayView> bad = {
      {.shape = {7}},
      {.shape = {-1}},
      {.shape = {kHuge, 4}},
      {.shape = {kHuge, kHuge, 0, kHuge}},
      {.shape = {6}, .offset = 1},
      {.shape = {6}, .offset = -1},
      {.shape = {0}, .offset = 7},
      {.shape = {2}, .strides = {6}},
      {.shape = {2}, .strides = {-1}},
      {.shape = {2}, .strides = {kHuge}},
      {.shape = {3, 3}, .strides = {kHuge, kHuge}},
      {.shape = {2}, .strides = {1, 1}},
      {.shape = {int64_t{1} << 40}, .strides = {0}},
      {.shape = {}, .offset = 6},
  };
  for (const ArrayView& view : bad) {
    try {
      view_of(view, bytes_of(values));
      ADD_FAILURE() << tensor::to_string(view.shape);
    } catch (const Error& e) {
      EXPECT_NE(std::string(e.what()).find("x.npy"), std::string::npos);
    }
  }
  EXPECT_EQ(view_of({.shape = {0, int64_t{1} << 40}}, "").size(), 0);
}

}  // namespace
}  // namespace flowtalk::formats
