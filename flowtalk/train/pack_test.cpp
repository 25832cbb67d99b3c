// Which of a run's weights a packed model has.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/params/checkpoint.h"
#include "flowtalk/train/run_stages.h"
#include "tests/scratch_folder.h"

namespace flowtalk::train {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// A run of four epochs, the second of which is the best; one weight, of two values.
struct Pack : ::testing::Test {
  Pack() {
    const float values[][2] = {{9, 9}, {1, 0.5f}, {2, -1}, {6, 3.5f}};
    for (int64_t epoch = 1; epoch <= 4; ++epoch) {
      params::save_checkpoint(of_epoch(epoch), Json{{"epoch", epoch}},
                              {{"w", tensor::Tensor({2}, values[epoch - 1])}});
    }
    fs::create_directory_symlink("epochs/0002", run / "best");
    fs::create_directory_symlink("epochs/0004", run / "last");
    fs::create_directories(run / "last/training");
    save_file(run / "last/training/state.json", R"({"epoch": 4})");
  }
  fs::path of_epoch(int64_t epoch) const { return run / "epochs" / fmt::format("{:04}", epoch); }
  void record(const Json& config) const {
    save_file(run / "run.json", Json{{"stage", "generator"}, {"config", config}}.dump());
  }
  std::vector<float> packed(int mean_of_last = 0) const {
    pack({.run = run, .out = folder / "packed", .mean_of_last = mean_of_last, .float32 = false});
    const auto model = params::load_checkpoint(folder / "packed");
    const tensor::Tensor w = model.weights.load("w");
    return {w.values().begin(), w.values().end()};
  }

  const tests::ScratchFolder folder;
  const fs::path run = folder / "run";
};

TEST_F(Pack, TakesTheBestEpochUnlessTheRunOrTheCallSaysOtherwise) {
  EXPECT_THAT(packed(), ElementsAre(1, 0.5f));
  record({{"copies", 0}});
  EXPECT_THAT(packed(), ElementsAre(1, 0.5f));
  record({{"mean_of_last", 2}});
  EXPECT_THAT(packed(), ElementsAre(4, 1.25f));
  EXPECT_THAT(packed(3), ElementsAre(3, 1));
  EXPECT_THAT(packed(1), ElementsAre(1, 0.5f));
}

TEST_F(Pack, RefusesMeansThatCannotBeHad) {
  const auto refusal = [&](int mean_of_last = 0) -> std::string {
    try {
      packed(mean_of_last);
    } catch (const Error& e) {
      return e.what();
    }
    return "";
  };
  EXPECT_THAT(refusal(5), HasSubstr("4 finished epochs, expected 5 at least"));
  record({{"mean_of_last", "all"}});
  EXPECT_THAT(refusal(), HasSubstr("mean_of_last is \"all\", expected a whole number"));
  params::save_checkpoint(of_epoch(3), Json::object(), {{"w", tensor::Tensor::zeros({3})}});
  EXPECT_THAT(refusal(2), HasSubstr("w is (2), expected (3)"));
  EXPECT_FALSE(fs::exists(folder / "packed"));
}

}  // namespace
}  // namespace flowtalk::train
