// For tests: published checkpoints, imported into a folder that goes with the test, and the chance
// of stored cases.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/foreign/import.h"
#include "flowtalk/formats/pickle_maker.h"
#include "flowtalk/formats/safetensors.h"
#include "flowtalk/predict/session.h"
#include "tests/scratch_folder.h"

namespace flowtalk::tests {

// A torch file of a state dict, as these systems write them.
inline void save_torch(const std::filesystem::path& path,
                       const std::map<std::string, tensor::Tensor>& tensors) {
  namespace made = formats::made;
  std::vector<std::string> entries;
  std::vector<made::Storage> storages;
  for (const auto& [name, values] : tensors) {
    const std::vector<int64_t> sizes(values.shape().begin(), values.shape().end());
    std::vector<int64_t> strides(sizes.size(), 1);
    for (size_t i = strides.size(); i-- > 1;) strides[i - 1] = strides[i] * sizes[i];
    const std::string key = fmt::format("{}", storages.size());
    storages.push_back(
        {key, values.size(),
         made::raw(std::vector<float>(values.values().begin(), values.values().end()))});
    entries.push_back(made::text(name));
    entries.push_back(made::tensor({"FloatStorage", key, values.size(), 0, sizes, strides}));
  }
  save_file(path, made::legacy_torch(made::dict({made::text("state_dict"), made::dict(entries)}),
                                     storages));
}

struct Imports : ::testing::Test {
  ScratchFolder root;

  foreign::ImportOptions options(const std::filesystem::path& checkpoint,
                                 const std::filesystem::path& encoder_config) const {
    foreign::ImportOptions o;
    o.checkpoint = checkpoint.string();
    o.output = (root / "made").string();
    o.encoder_config = encoder_config.string();
    return o;
  }
  predict::Session imported(const foreign::ImportOptions& o) const {
    foreign::import_checkpoint(o);
    return predict::Session::open(o.output, 2);
  }
  // What the message of the failed import is.
  std::string refusal(const foreign::ImportOptions& o) const {
    try {
      foreign::import_checkpoint(o);
    } catch (const Error& e) {
      EXPECT_FALSE(std::filesystem::exists(o.output)) << "something was written";
      EXPECT_EQ(std::string(e.what()).find('\n'), std::string::npos) << e.what();
      return e.what();
    }
    ADD_FAILURE() << "no error";
    return "";
  }
};

inline std::vector<float> values_of(const formats::SafetensorsFile& file, const std::string& name) {
  const tensor::Tensor x = file.load(name);
  return {x.values().begin(), x.values().end()};
}

inline std::shared_ptr<generate::GivenChance> chance() {
  return std::make_shared<generate::GivenChance>();
}

}  // namespace flowtalk::tests
