#include "flowtalk/data/clip_motion.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "flowtalk/base/error.h"
#include "flowtalk/formats/npy.h"
#include "flowtalk/motion/motion_file.h"
#include "tests/scratch_folder.h"

namespace flowtalk::data {
namespace {

using ::testing::HasSubstr;

// A jaw that opens evenly, one second at a rate.
motion::Motion opening(int64_t frames, double rate_hz) {
  tensor::Tensor rows = tensor::Tensor::zeros({frames, motion::kLive});
  for (int64_t t = 0; t < frames; ++t) {
    rows[t * motion::kLive + motion::kJawAt] =
        static_cast<float>(t) / static_cast<float>(frames) * 0.3f;
  }
  motion::Motion motion = motion::of_live(rows, motion::Axes::kBuiltin);
  motion.rate_hz = rate_hz;
  return motion;
}

TEST(ClipMotion, IsAtTheModelsRateAndInTheAxesOfTheSet) {
  const tests::ScratchFolder folder;
  Clip clip;
  clip.motion = folder / "M003_001_0_0.npz";
  motion::save_motion(clip.motion, opening(50, 50));
  const motion::Motion made = load_clip_motion(clip, motion::Axes::kBuiltin);
  ASSERT_EQ(made.frames(), 25);
  EXPECT_EQ(made.rate_hz, 25);
  EXPECT_NEAR(made.jaw.at(10)[0], 0.12f, 0.005);
  try {
    load_clip_motion(clip, motion::Axes::kFlame);
    FAIL() << "motion of another face was taken";
  } catch (const Error& e) {
    EXPECT_THAT(e.what(), HasSubstr("M003_001_0_0.npz: moves the axes of the built-in head"));
  }
  // Rows say neither.
  clip.motion = folder / "M003_001_0_0.npy";
  motion::save_motion(clip.motion, opening(50, 50));
  EXPECT_EQ(load_clip_motion(clip, motion::Axes::kFlame).frames(), 50);
}

}  // namespace
}  // namespace flowtalk::data
