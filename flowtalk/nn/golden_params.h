// Test harness: the weights in the file of a published system as the parameters of our layers, by a
// table of names. The data is no part of the repository; tests skip where it is absent.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "flowtalk/formats/golden_files.h"
#include "flowtalk/formats/safetensors.h"
#include "flowtalk/formats/torch_file.h"
#include "flowtalk/params/renames.h"
#include "flowtalk/params/scope.h"

namespace flowtalk::nn {

// A parameter that the table or the file lacks, or of another size, fails the test.
template <class Ops>
class GoldenParams : public params::ParamSource<Ops> {
 public:
  GoldenParams(Ops& ops, const std::filesystem::path& file, std::vector<params::Rename> table)
      : ops_(&ops),
        tensors_(formats::state_dict(formats::load_torch(file))),
        table_(std::move(table)) {}

  // What the file has no tensor for.
  void give(const std::string& path, std::vector<float> values) {
    given_[path] = std::move(values);
  }

  ops::TensorOf<Ops> tensor(const std::string& path, const tensor::Shape& shape,
                            const params::Init&) override {
    std::vector<float> values = find(path);
    EXPECT_EQ(static_cast<int64_t>(values.size()), tensor::count(shape)) << path;
    values.resize(static_cast<size_t>(tensor::count(shape)));
    return ops_->constant(shape, values);
  }
  ops::TensorOf<Ops> buffer(const std::string& path, const tensor::Shape& shape,
                            const params::Init& init) override {
    return tensor(path, shape, init);
  }

 private:
  std::vector<float> find(const std::string& path) const {
    if (const auto own = given_.find(path); own != given_.end()) return own->second;
    for (const params::Rename& row : table_) {
      const auto name = params::name_by(row, path);
      const auto found = name ? tensors_.find(*name) : tensors_.end();
      if (found == tensors_.end()) continue;
      const auto part = params::cut_out(formats::to_tensor(found->second, path), row.cut);
      return {part.values().begin(), part.values().end()};
    }
    ADD_FAILURE() << "no tensor for " << path;
    return {};
  }

  Ops* ops_;
  std::map<std::string, formats::Array> tensors_;
  std::vector<params::Rename> table_;
  std::map<std::string, std::vector<float>> given_;
};

// Stored inputs and answers of one folder.
class GoldenCases {
 public:
  explicit GoldenCases(const std::filesystem::path& folder) : file_(folder / "cases.safetensors") {}

  std::vector<float> values(const std::string& name) const {
    const tensor::Tensor x = file_.load(name);
    return {x.values().begin(), x.values().end()};
  }
  std::vector<int64_t> integers(const std::string& name) const {
    return formats::to_int64(file_.array(name), name);
  }
  // As a tensor of the backend, of this shape.
  template <class Ops>
  ops::TensorOf<Ops> input(Ops& ops, const std::string& name, const tensor::Shape& shape) const {
    return ops.constant(shape, file_.load(name).values());
  }
  // No value of the answer may lie further than the bound from the stored one.
  template <class Ops>
  void expect(Ops& ops, const ops::TensorOf<Ops>& got, const std::string& name,
              double bound) const {
    const std::vector<float> values = ops.to_host(got);
    const tensor::Tensor wanted = file_.load(name);
    ASSERT_EQ(static_cast<int64_t>(values.size()), wanted.size()) << name;
    double largest = 0;
    for (int64_t i = 0; i < wanted.size(); ++i) {
      const double away = std::abs(static_cast<double>(values[static_cast<size_t>(i)]) -
                                   static_cast<double>(wanted[i]));
      if (!(away <= largest)) largest = away;  // also takes what is not a number
    }
    EXPECT_LE(largest, bound) << name;
  }

 private:
  formats::SafetensorsFile file_;
};

}  // namespace flowtalk::nn

// The golden folder of this name; leaves a test that lacks it.
#define FT_GOLDEN_FOLDER(folder, name)                                                \
  const std::filesystem::path folder = ::flowtalk::formats::golden_folder() / (name); \
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << "skipped: no golden data at " << folder
