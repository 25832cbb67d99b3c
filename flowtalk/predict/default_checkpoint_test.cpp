// FLOWTALK_MODELS: where it names models they are taken, and where it does not nothing else is.
#include "flowtalk/predict/default_checkpoint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "tests/scratch_folder.h"

namespace flowtalk::predict {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

struct NamedModels : ::testing::Test {
  void SetUp() override {
    save_file(folder / "default" / "config.json", "{}");
    before = getenv("FLOWTALK_MODELS") != nullptr ? getenv("FLOWTALK_MODELS") : "";
  }
  void TearDown() override {
    before.empty() ? unsetenv("FLOWTALK_MODELS") : setenv("FLOWTALK_MODELS", before.c_str(), 1);
  }
  static std::string refusal(const fs::path& models) {
    setenv("FLOWTALK_MODELS", models.c_str(), 1);
    try {
      default_checkpoint();
    } catch (const Error& e) {
      EXPECT_THAT(e.what(), HasSubstr("FLOWTALK_MODELS=" + models.string()));
      return e.what();
    }
    return "";
  }
  tests::ScratchFolder folder;
  std::string before;
};

TEST_F(NamedModels, AreTaken) {
  EXPECT_EQ(refusal(folder), "");
  EXPECT_EQ(default_checkpoint(), folder / "default");
  save_file(folder / "classifier" / "config.json", "{}");
  EXPECT_EQ(shipped_model("classifier"), folder / "classifier");
}

TEST_F(NamedModels, AreNotReplacedByOthers) {
  EXPECT_THAT(refusal(folder / "none"), HasSubstr("no such folder; name a folder that holds"));
  EXPECT_THAT(refusal(folder / "default"), HasSubstr("is a model itself, not a folder of models"));
  fs::rename(folder / "default", folder / "mine");
  EXPECT_THAT(refusal(folder), HasSubstr("holds no model named default"));
}

}  // namespace
}  // namespace flowtalk::predict
