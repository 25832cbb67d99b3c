// Metrics of files on two sides.
#include "flowtalk/pipeline/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "flowtalk/base/error.h"
#include "flowtalk/base/rng.h"
#include "flowtalk/formats/npy.h"
#include "tests/scratch_folder.h"

namespace flowtalk::pipeline {
namespace {

using ::testing::HasSubstr;

class MetricsOfFiles : public ::testing::Test {
 protected:
  MetricsOfFiles() {
    put("gt/a.npy", 60);
    put("pred/a.npy", 50);
    options_.ground_truth = (folder_ / "gt").string();
    options_.predictions = (folder_ / "pred").string();
    options_.max_cut = 0;
  }
  void put(const std::string& name, int64_t frames) const {
    tensor::Tensor rows({frames, 53});
    Rng rng(1);
    for (float& v : rows.values()) v = static_cast<float>(rng.normal(0, 0.01));
    formats::save_npy(folder_ / name, rows);
  }
  std::string refusal() const {
    try {
      measure(options_, {});
    } catch (const Error& e) {
      return e.what();
    }
    return "was taken";
  }
  tests::ScratchFolder folder_;
  MetricsOptions options_;
};

TEST_F(MetricsOfFiles, EachSideMayHaveARateOfItsOwn) {
  EXPECT_THAT(refusal(), HasSubstr("60 frames, predictions 50"));
  options_.ground_truth_fps = FrameRate{30};
  EXPECT_EQ(measure(options_, {}).report.sequences.front().frames, 50);
  options_.reading.motion_fps = FrameRate{50};
  EXPECT_THAT(refusal(), HasSubstr("50 frames, predictions 25"));
  options_.ground_truth_fps = std::nullopt;  // then both have the one that is said
  EXPECT_THAT(refusal(), HasSubstr("30 frames, predictions 25"));
}

TEST_F(MetricsOfFiles, ADataSetSaysItsRateItself) {
  options_ = {};
  options_.given.add("ground_truth_fps");
  EXPECT_THAT(refusal(), HasSubstr("ground_truth_fps is of recorded files"));
}

}  // namespace
}  // namespace flowtalk::pipeline
