// The golden files of npy, npz and safetensors: equal bit for bit, or refused in one line.
#include <gtest/gtest.h>

#include <cmath>

#include "flowtalk/formats/golden_files.h"
#include "flowtalk/formats/npy.h"
#include "flowtalk/formats/npz.h"
#include "flowtalk/formats/safetensors.h"

namespace flowtalk::formats {
namespace {

namespace fs = std::filesystem;

void expect_same_arrays(const std::map<std::string, Array>& got, const Json& expected) {
  EXPECT_EQ(got.size(), expected.size());
  for (const auto& [name, array] : expected.items()) {
    SCOPED_TRACE(name);
    ASSERT_TRUE(got.contains(name));
    expect_same_as_golden(got.at(name), array);
  }
}

TEST(GoldenFormats, Npy) {
  check_golden_files("npy", [](const fs::path& path, const Json& entry) {
    expect_little_memory([&] { load_npy_array(path); });
    const Array x = load_npy_array(path);
    if (entry.contains("values")) expect_same_as_golden(x, entry);
    const tensor::Tensor rounded = load_npy(path);
    ASSERT_EQ(rounded.shape(), x.shape);
    for (int64_t i = 0; i < rounded.size(); ++i) {
      const auto want = static_cast<float>(x.real(i));
      if (!std::isnan(want)) {
        EXPECT_EQ(rounded[i], want);
      }
    }
  });
}

TEST(GoldenFormats, Npz) {
  check_golden_files("npz", [](const fs::path& path, const Json& entry) {
    const auto load = [&] {
      const NpzFile file(path);
      std::map<std::string, Array> arrays;
      for (const auto& name : file.names()) arrays[name] = file.array(name);
      return arrays;
    };
    expect_little_memory([&] { load(); });
    const auto arrays = load();
    if (entry.contains("arrays")) expect_same_arrays(arrays, entry["arrays"]);
  });
}

TEST(GoldenFormats, Safetensors) {
  check_golden_files("safetensors", [](const fs::path& path, const Json& entry) {
    expect_little_memory([&] { SafetensorsFile{path}; });
    const SafetensorsFile file(path);
    std::map<std::string, Array> arrays;
    for (const auto& name : file.names()) arrays[name] = file.array(name);
    if (entry.contains("arrays")) expect_same_arrays(arrays, entry["arrays"]);
  });
}

}  // namespace
}  // namespace flowtalk::formats
