// The golden files of pickles and torch files, and of the data sets and models that use them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/formats/golden_files.h"
#include "flowtalk/formats/pickle.h"
#include "flowtalk/formats/safetensors.h"
#include "flowtalk/formats/torch_file.h"

namespace flowtalk::formats {
namespace {

namespace fs = std::filesystem;
using Kind = Value::Kind;

std::string hex(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) text += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return text;
}

void expect_same_plain(const Value& got, const Json& expected) {
  if (expected.is_null()) {
    EXPECT_TRUE(got.is(Kind::kNone)) << got.describe();
  } else if (expected.is_boolean()) {
    EXPECT_EQ(got.boolean(), expected.get<bool>());
  } else if (expected.is_number_float()) {
    EXPECT_EQ(got.number(), expected.get<double>());
  } else if (expected.is_number()) {
    EXPECT_EQ(got.integer(), expected.get<int64_t>());
  } else {
    EXPECT_EQ(got.text(), expected.get<std::string>());
  }
}

// The notation of the golden README.
void expect_same_value(const Value& got, const Json& expected) {
  if (expected.contains("dtype")) {
    expect_same_as_golden(got.array(), expected);
  } else if (expected.contains("numpy_scalar")) {
    expect_same_as_golden(got.array(), {{"dtype", expected["numpy_scalar"]},
                                        {"shape", Json::array()},
                                        {"values", Json::array({expected["value"]})}});
  } else if (expected.contains("int")) {
    EXPECT_EQ(got.integer_text(), expected["int"].get<std::string>());
  } else if (expected.contains("bytes_hex")) {
    EXPECT_EQ(hex(got.bytes()), expected["bytes_hex"].get<std::string>());
  } else if (expected.contains("list") || expected.contains("tuple")) {
    const bool list = expected.contains("list");
    const Json& items = expected[list ? "list" : "tuple"];
    ASSERT_TRUE(got.is(list ? Kind::kList : Kind::kTuple)) << got.describe();
    ASSERT_EQ(got.size(), items.size());
    for (size_t i = 0; i < items.size(); ++i) expect_same_value(got.item(i), items[i]);
  } else if (expected.contains("dict")) {
    const Json& items = expected["dict"];
    ASSERT_TRUE(got.is(Kind::kDict)) << got.describe();
    ASSERT_EQ(got.size(), items.size());
    for (size_t i = 0; i < items.size(); ++i) {
      const auto [key, value] = got.key_and_value(i);
      expect_same_value(key, items[i][0]);
      expect_same_value(value, items[i][1]);
    }
  } else {
    expect_same_plain(got, expected["value"]);
  }
}

// One array, or names and their values.
void expect_same_content(const Value& got, const Json& expected) {
  if (got.is(Kind::kArray)) return expect_same_as_golden(got.array(), expected);
  ASSERT_EQ(got.size(), expected.size());
  for (const auto& [name, value] : expected.items()) {
    SCOPED_TRACE(name);
    expect_same_value(got.at(name), value);
  }
}

void expect_nothing_was_run() { EXPECT_FALSE(fs::exists(fs::temp_directory_path() / "PWNED")); }

TEST(GoldenFormats, Pickle) {
  check_golden_files("pickle", [](const fs::path& path, const Json& entry) {
    expect_little_memory([&] { load_pickle(path); });
    const Value value = load_pickle(path);
    EXPECT_FALSE(value.describe().empty());
    if (entry.contains("content")) expect_same_content(value, entry["content"]);
  });
  expect_nothing_was_run();
}

TEST(GoldenFormats, Torch) {
  check_golden_files("torch", [](const fs::path& path, const Json& entry) {
    expect_little_memory([&] { load_torch(path); });
    const Value value = load_torch(path);
    if (!entry.contains("arrays")) return;
    for (const auto& [name, array] : entry["arrays"].items()) {
      SCOPED_TRACE(name);
      const bool nested = name.starts_with("state_dict.");
      const auto tensors = state_dict(value);
      const auto found = tensors.find(nested ? name.substr(name.find('.') + 1) : name);
      ASSERT_NE(found, tensors.end());
      expect_same_as_golden(found->second, array);
    }
  });
  expect_nothing_was_run();
}

}  // namespace
}  // namespace flowtalk::formats
