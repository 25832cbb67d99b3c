// Round trips, damage, and the golden files of every reader in this room.
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

namespace flowtalk::formats {
namespace {

namespace fs = std::filesystem;
using tensor::Shape;
using tensor::Tensor;

class FormatsTest : public ::testing::Test {
 protected:
  FormatsTest() {
    folder_ = fs::temp_directory_path() /
              fmt::format("flowtalk_formats_{}_{}", getpid(),
                          ::testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::create_directories(folder_);
  }
  ~FormatsTest() override { fs::remove_all(folder_); }
  fs::path folder_;
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

TEST_F(FormatsTest, EveryCutOfASafetensorsFileIsRefused) {
  save_safetensors(folder_ / "x.safetensors", {{"x", random_tensor({2, 3}, 1)}});
  const std::string bytes = load_file(folder_ / "x.safetensors");
  for (size_t length = 0; length < bytes.size(); ++length) {
    save_file(folder_ / "cut.safetensors", bytes.substr(0, length));
    const std::string message = message_of([&] { SafetensorsFile(folder_ / "cut.safetensors"); });
    EXPECT_NE(message.find("cut.safetensors"), std::string::npos) << length;
  }
}

// ---- Golden files: expected.json says what each file holds or that it must be refused.

fs::path golden_folder() {
  const char* chosen = std::getenv("FLOWTALK_GOLDEN");
  return fs::path(chosen != nullptr ? chosen : FLOWTALK_GOLDEN_DEFAULT) / "formats";
}

float expected_value(const Json& value) {
  if (value.is_boolean()) return value.get<bool>() ? 1.0f : 0.0f;
  if (value.is_number_float()) return static_cast<float>(value.get<double>());
  if (value.is_number()) return static_cast<float>(value.get<int64_t>());
  const auto text = value.get<std::string>();
  if (text == "nan") return std::numeric_limits<float>::quiet_NaN();
  if (text == "inf") return std::numeric_limits<float>::infinity();
  if (text == "-inf") return -std::numeric_limits<float>::infinity();
  if (text[0] == '-') return static_cast<float>(std::stoll(text));
  return static_cast<float>(std::stoull(text));
}

void expect_golden(const Tensor& got, const Json& expected) {
  ASSERT_EQ(got.shape(), expected["shape"].get<Shape>());
  const Json& values = expected["values"];
  ASSERT_EQ(static_cast<size_t>(got.size()), values.size());
  for (size_t i = 0; i < values.size(); ++i) {
    const float want = expected_value(values[i]), have = got[static_cast<int64_t>(i)];
    if (std::isnan(want)) {
      EXPECT_TRUE(std::isnan(have)) << i;
    } else {
      EXPECT_EQ(std::bit_cast<uint32_t>(have), std::bit_cast<uint32_t>(want)) << i;
    }
  }
}

// Reads each golden file of one folder; `read` compares it with its entry.
void check_golden(const std::string& kind,
                  const std::function<void(const fs::path&, const Json&)>& read) {
  if (!fs::exists(golden_folder() / "expected.json")) GTEST_SKIP() << "skipped: no golden data";
  const Json all = parse_json(load_file(golden_folder() / "expected.json"), "expected.json");
  int files = 0;
  for (const auto& [name, entry] : all.items()) {
    if (!name.starts_with(kind + "/")) continue;
    ++files;
    SCOPED_TRACE(name);
    const auto expect = entry["expect"].get<std::string>();
    std::string message;
    try {
      read(golden_folder() / name, entry);
    } catch (const Error& e) {
      message = e.what();
    }
    if (expect == "ok") {
      EXPECT_EQ(message, "");
    }
    if (expect == "refuse") {
      EXPECT_NE(message.find(fs::path(name).filename()), std::string::npos) << message;
      EXPECT_EQ(message.find('\n'), std::string::npos);
    }
  }
  EXPECT_GT(files, 10);
}

TEST(GoldenFormats, Npy) {
  check_golden("npy", [](const fs::path& path, const Json& entry) {
    const Tensor x = load_npy(path);
    if (entry.contains("values")) expect_golden(x, entry);
  });
}

TEST(GoldenFormats, Safetensors) {
  check_golden("safetensors", [](const fs::path& path, const Json& entry) {
    const SafetensorsFile file(path);
    if (!entry.contains("arrays")) return;
    EXPECT_EQ(file.names().size(), entry["arrays"].size());
    for (const auto& [name, array] : entry["arrays"].items()) {
      SCOPED_TRACE(name);
      expect_golden(file.load(name), array);
    }
  });
}

}  // namespace
}  // namespace flowtalk::formats
