// Round trips and damage of the files that this room also writes.
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <limits>

#include "flowtalk/base/error.h"
#include "flowtalk/base/fields.h"
#include "flowtalk/base/files.h"
#include "flowtalk/base/rng.h"
#include "flowtalk/formats/npy.h"
#include "flowtalk/formats/safetensors.h"
#include "tests/scratch_folder.h"

namespace flowtalk::formats {
namespace {

namespace fs = std::filesystem;
using tensor::Shape;
using tensor::Tensor;

class FormatsTest : public ::testing::Test {
 protected:
  tests::ScratchFolder folder_;
};

Tensor random_tensor(const Shape& shape, uint64_t seed) {
  Rng rng(seed);
  Tensor x(shape);
  for (float& v : x.values()) v = static_cast<float>(rng.normal());
  return x;
}

void expect_same(const Tensor& a, const Tensor& b) {
  ASSERT_EQ(a.shape(), b.shape());
  for (int64_t i = 0; i < a.size(); ++i) ASSERT_EQ(a[i], b[i]);
}

std::string message_of(const std::function<void()>& f) {
  try {
    f();
  } catch (const Error& e) {
    return e.what();
  }
  return "";
}

TEST_F(FormatsTest, NpyRoundTrip) {
  for (const Shape& shape :
       {Shape{}, Shape{7}, Shape{1}, Shape{3, 4}, Shape{0, 5}, Shape{2, 3, 4}}) {
    const Tensor x = random_tensor(shape, 1);
    save_npy(folder_ / "x.npy", x);
    expect_same(load_npy(folder_ / "x.npy"), x);
    EXPECT_EQ((fs::file_size(folder_ / "x.npy") - x.values().size_bytes()) % 64, 0u);
  }
}

TEST_F(FormatsTest, EveryCutOfAnNpyFileIsRefused) {
  save_npy(folder_ / "x.npy", random_tensor({2, 3}, 1));
  const std::string bytes = load_file(folder_ / "x.npy");
  for (size_t length = 0; length < bytes.size(); ++length) {
    EXPECT_THROW(read_npy(std::string_view(bytes).substr(0, length), "x"), Error) << length;
  }
}

// A .npy file of the given header and data.
std::string npy_file(const std::string& header, const std::string& data) {
  std::string bytes("\x93NUMPY\x01\x00", 8);
  bytes += static_cast<char>(header.size());
  bytes += '\0';
  return bytes + header + data;
}

TEST_F(FormatsTest, NpyKeepsItsElementType) {
  save_file(folder_ / "x.npy", npy_file("{'descr': '<u2', 'fortran_order': True, 'shape': (2, 2)}",
                                        std::string("\1\0\2\0\3\0\4\1", 8)));
  const Array x = load_npy_array(folder_ / "x.npy");
  EXPECT_EQ(x.dtype, Dtype::kU16);
  EXPECT_EQ(to_int64(x), (std::vector<int64_t>{1, 3, 2, 260}));
  EXPECT_EQ(load_npy(folder_ / "x.npy")[3], 260.0f);
  const std::string complex = npy_file("{'descr': '>c8', 'fortran_order': False, 'shape': ()}",
                                       std::string("\x3f\x80\0\0\x40\0\0\0", 8));
  EXPECT_EQ(read_npy_array(complex, nullptr, "x").imaginary(0), 2);
  EXPECT_NE(message_of([&] { read_npy(complex, "x.npy"); }).find("x.npy"), std::string::npos);
}

TEST_F(FormatsTest, RepeatedKeysInASafetensorsHeaderAreRefused) {
  for (
      const std::string header :
      {R"({"a":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}})",
       R"({"__metadata__":{"a":"1","a":"2"},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})",
       R"({"a":{"dtype":"F32","shape":[1e999],"data_offsets":[0,4]}})"}) {
    std::string bytes(8, '\0');
    bytes[0] = static_cast<char>(header.size());
    save_file(folder_ / "x.safetensors", bytes + header + "1234");
    EXPECT_NE(message_of([&] { SafetensorsFile(folder_ / "x.safetensors"); }).find("header"),
              std::string::npos);
  }
}

TEST_F(FormatsTest, HalfPrecisionRoundTripsAndRounds) {
  for (uint32_t bits = 0; bits < 0x10000; ++bits) {
    const float value = half_to_float(static_cast<uint16_t>(bits));
    if (std::isnan(value)) {
      EXPECT_TRUE(std::isnan(half_to_float(float_to_half(value))));
    } else {
      ASSERT_EQ(float_to_half(value), bits);
    }
  }
  Rng rng(3);
  for (int i = 0; i < 20000; ++i) {  // nearest: not farther than either neighbour
    const auto value = static_cast<float>(rng.normal() * std::exp2(rng.uniform(-26, 14)));
    const uint16_t bits = float_to_half(value);
    const float error = std::abs(half_to_float(bits) - value);
    const auto size = static_cast<uint16_t>(bits & 0x7fff);
    ASSERT_LE(error, std::abs(half_to_float(static_cast<uint16_t>(bits + 1)) - value));
    if (size > 0) {
      ASSERT_LE(error, std::abs(half_to_float(static_cast<uint16_t>(bits - 1)) - value));
    }
  }
}

TEST_F(FormatsTest, SafetensorsRoundTrip) {
  const NamedTensors tensors = {{"b/weight", random_tensor({3, 4}, 1)},
                                {"a", random_tensor({}, 2)},
                                {"none", Tensor(Shape{0, 2})}};
  save_safetensors(folder_ / "x.safetensors", tensors, Dtype::kF32, {{"made_by", "a test"}});
  const SafetensorsFile file(folder_ / "x.safetensors");
  EXPECT_EQ(file.names(), (std::vector<std::string>{"a", "b/weight", "none"}));
  EXPECT_EQ(file.metadata().at("made_by"), "a test");
  for (const auto& [name, tensor] : tensors) expect_same(file.load(name), tensor);
  EXPECT_NE(message_of([&] { file.load("c"); }).find("'c'"), std::string::npos);
}

TEST_F(FormatsTest, ATensorOutlivesItsFile) {
  const Tensor x = random_tensor({5, 5}, 1);
  Tensor loaded;
  {
    save_safetensors(folder_ / "x.safetensors", {{"x", x}});
    loaded = SafetensorsFile(folder_ / "x.safetensors").load("x");
    fs::remove(folder_ / "x.safetensors");
  }
  expect_same(loaded, x);
}

TEST_F(FormatsTest, HalfStorageKeepsElevenBits) {
  const Tensor x = random_tensor({100}, 1);
  save_safetensors(folder_ / "x.safetensors", {{"x", x}}, Dtype::kF16);
  const SafetensorsFile file(folder_ / "x.safetensors");
  EXPECT_EQ(file.dtype("x"), Dtype::kF16);
  const Tensor loaded = file.load("x");
  for (int64_t i = 0; i < 100; ++i) {
    EXPECT_LE(std::abs(loaded[i] - x[i]), std::abs(x[i]) * 0x1p-11f + 0x1p-25f);
  }
}

TEST_F(FormatsTest, ANumberTooLargeForJsonIsRefused) {
  const std::string header = R"({"x":{"shape":[1e400]}})";
  save_file(folder_ / "x.safetensors",
            std::string{static_cast<char>(header.size())} + std::string(7, '\0') + header);
  EXPECT_THROW(SafetensorsFile(folder_ / "x.safetensors"), Error);
}

TEST_F(FormatsTest, EveryCutOfASafetensorsFileIsRefused) {
  save_safetensors(folder_ / "x.safetensors", {{"x", random_tensor({2, 3}, 1)}});
  const std::string bytes = load_file(folder_ / "x.safetensors");
  for (size_t length = 0; length < bytes.size(); ++length) {
    save_file(folder_ / "cut.safetensors", bytes.substr(0, length));
    const std::string message = message_of([&] { SafetensorsFile(folder_ / "cut.safetensors"); });
    EXPECT_NE(message.find("cut.safetensors"), std::string::npos) << length;
  }
}

}  // namespace
}  // namespace flowtalk::formats
