// Which checkpoint of a run is taken, and what is said of it.
#include "flowtalk/params/run_checkpoint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/params/checkpoint.h"
#include "tests/scratch_folder.h"

namespace flowtalk::params {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;

struct Run : ::testing::Test {
  void SetUp() override {
    for (const int epoch : {1, 2, 3, 7}) {
      save_file(run / "epochs" / fmt::format("{:04}", epoch) / "config.json", "{}");
    }
    fs::create_directory_symlink("epochs/0007", run / "last");
  }
  void best(int epoch) const {
    fs::remove(run / "best");
    fs::create_directory_symlink(fmt::format("epochs/{:04}", epoch), run / "best");
  }
  static std::string refusal(const fs::path& folder, int epoch) {
    try {
      checkpoint_in(folder, epoch);
    } catch (const Error& e) {
      EXPECT_EQ(e.exit_code(), 2);
      return e.what();
    }
    return "";
  }
  tests::ScratchFolder run;
};

TEST_F(Run, TheBestElseTheLast) {
  EXPECT_EQ(checkpoint_in(run).folder, run / "last");
  EXPECT_EQ(checkpoint_in(run).which, "the last, epoch 7");
  best(2);
  EXPECT_EQ(checkpoint_in(run).folder, run / "best");
  EXPECT_EQ(checkpoint_in(run).which, "the best, epoch 2");
  fs::remove(run / "best");
  fs::remove(run / "last");
  EXPECT_EQ(checkpoint_in(run).which, "epoch 7");
}

TEST_F(Run, AnEpochIsTakenOrThoseThereAreAreListed) {
  best(2);
  EXPECT_EQ(checkpoint_in(run, 3).folder, run / "epochs" / "0003");
  EXPECT_EQ(checkpoint_in(run, 3).which, "epoch 3");
  EXPECT_THAT(refusal(run, 5), AllOf(HasSubstr("max_epoch 5"), HasSubstr(run.path().string()),
                                     HasSubstr("no such epoch; it has 1 to 3, 7")));
}

TEST_F(Run, ACheckpointIsItself) {
  const fs::path one = run / "epochs" / "0001";
  EXPECT_EQ(checkpoint_in(one).folder, one);
  EXPECT_EQ(checkpoint_in(one).which, "");
  EXPECT_THAT(refusal(one, 2), HasSubstr("does not say of which epoch it is"));
  save_file(one / "training" / "state.json", R"({"epoch": 1})");
  EXPECT_EQ(checkpoint_in(one, 1).folder, one);
  EXPECT_THAT(refusal(one, 2), HasSubstr("is of epoch 1"));
  // What is not there, or no checkpoint, is left to whoever reads it.
  save_file(run / "published" / "face_diffuser_mead_85.pth", "PK");
  EXPECT_EQ(checkpoint_in(run / "published", 85).folder, run / "published");
  EXPECT_EQ(checkpoint_in(run / "none", 4).folder, run / "none");
}

TEST_F(Run, RunsWithoutLinksToEpochs) {  // as the first version kept them
  fs::remove_all(run);
  save_file(run / "last" / "config.json", "{}");
  EXPECT_EQ(checkpoint_in(run).which, "the last");
  save_file(run / "last" / "training" / "state.json", R"({"epoch": 4})");
  EXPECT_EQ(checkpoint_in(run).which, "the last, epoch 4");
  EXPECT_EQ(checkpoint_in(run, 4).folder, run / "last");
  EXPECT_THAT(refusal(run, 5), HasSubstr("keeps no checkpoint of single epochs"));
}

TEST_F(Run, AFolderAroundCheckpointsIsNone) {
  const auto message = [](const fs::path& folder) -> std::string {
    try {
      load_checkpoint(folder);
    } catch (const Error& e) {
      return e.what();
    }
    return "";
  };
  EXPECT_THAT(message(run / "epochs"), HasSubstr("is no checkpoint, it has no config.json; in it"));
  EXPECT_THAT(message(run / "none"), HasSubstr("no such checkpoint; expected a folder"));
  EXPECT_THAT(message(run / "last" / "config.json"), HasSubstr("is a file, not a checkpoint"));
  save_file(run / "last" / "config.json", R"({"format": 2})");
  save_file(run / "last" / "weights.safetensors",
            "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 12\n");
  EXPECT_THAT(message(run / "last"),
              AllOf(HasSubstr("weights.safetensors: is a pointer of git-lfs"),
                    HasSubstr("`git lfs pull`")));
  save_file(run / "last" / "config.json", R"({"model_type": "hubert"})");
  EXPECT_THAT(message(run / "last"), HasSubstr("is of Hugging Face"));
}

}  // namespace
}  // namespace flowtalk::params
