#include "flowtalk/face/blinks.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "flowtalk/face/expression_axes.h"
#include "flowtalk/motion/layout.h"

namespace flowtalk::face {
namespace {

constexpr size_t kLeft = axis("eyeBlinkLeft"), kRight = axis("eyeBlinkRight");

std::vector<float> drawn(float per_minute, int64_t frames, uint64_t seed) {
  return make_blinks(std::vector<float>(static_cast<size_t>(frames)), blink_hazard(per_minute),
                     Rng(seed));
}

// A face whose lids hang at `usual` and blink as drawn.
motion::Motion blinking(const std::vector<float>& lids, float usual) {
  auto live = tensor::Tensor::zeros({static_cast<int64_t>(lids.size()), motion::kLive});
  for (size_t t = 0; t < lids.size(); ++t) {
    const auto row = live.values().subspan(t * motion::kLive, motion::kLive);
    row[kLeft] = row[kRight] = usual;
    blink(row, {lids[t], lids[t]});
  }
  return motion::of_live(live, motion::Axes::kBuiltin);
}

TEST(Blinks, ComeAsOftenAsAskedAndMoreOftenInPauses) {
  const int64_t frames = 25 * 3600;
  for (const float rate : {5.0f, 19.0f, 40.0f}) {
    const auto count = static_cast<double>(count_blinks(blinking(drawn(rate, frames, 1), 0)));
    EXPECT_NEAR(count / 60, rate, 0.1 * rate);
  }
  EXPECT_EQ(count_blinks(blinking(drawn(0, frames, 1), 0)), 0);
  const std::vector<float> talking(25 * 600, 0.0f), pausing(25 * 600, 1.0f);
  const auto count = [](const std::vector<float>& pause) {
    return count_blinks(blinking(make_blinks(pause, 0.3f, Rng(1)), 0));
  };
  EXPECT_GT(count(pausing), 2 * count(talking));
}

TEST(Blinks, TheFirstFramesDoNotDependOnHowManyFollow) {
  const auto all = drawn(30, 1000, 7);
  for (const int64_t frames : {1, 300, 777}) {
    const auto some = drawn(30, frames, 7);
    // A blink that begins before the cut is the same up to it.
    EXPECT_TRUE(std::equal(some.begin(), some.end(), all.begin())) << frames;
  }
  EXPECT_NE(drawn(30, 1000, 8), all);
}

TEST(Blinks, ShutTheEyesAndNothingElse) {
  std::vector<float> row(motion::kLive, 0.25f);
  blink(row, {0.9f, 0.0f});
  EXPECT_EQ(row[kLeft], 0.9f);
  EXPECT_EQ(row[kRight], 0.25f);
  EXPECT_NEAR(row[axis("eyeWideLeft")], 0.025f, 1e-6);
  EXPECT_NEAR(row[axis("eyeSquintLeft")], 0.025f, 1e-6);
  row[kLeft] = row[axis("eyeWideLeft")] = row[axis("eyeSquintLeft")] = 0.25f;
  EXPECT_EQ(row, std::vector<float>(motion::kLive, 0.25f));
  std::fill(row.begin(), row.end(), -0.01f);
  blink(row, {0, 0});
  EXPECT_EQ(row, std::vector<float>(motion::kLive, -0.01f));
}

TEST(Blinks, ALidBeyondOneTurnsNothingNegative) {
  std::vector<float> row(motion::kLive, 0.25f);
  blink(row, {1.8f, 1.8f});
  EXPECT_EQ(row[kLeft], 1.8f);
  EXPECT_EQ(row[axis("eyeSquintRight")], 0);
  EXPECT_EQ(row[axis("eyeWideLeft")], 0);
}

TEST(Blinks, AreFoundWhereverTheLidsHang) {
  const auto lids = drawn(20, 25 * 120, 3);
  for (const float usual : {0.0f, 0.18f, 0.35f}) {
    const auto motion = blinking(lids, usual);
    const auto found = find_blinks(motion);
    ASSERT_EQ(found.size(), lids.size());
    auto again = tensor::Tensor::zeros({motion.frames(), motion::kLive});
    for (size_t t = 0; t < found.size(); ++t) {
      const auto row = again.values().subspan(t * motion::kLive, motion::kLive);
      blink(row, found[t]);
      if (lids[t] <= usual) {
        EXPECT_EQ(found[t].left, 0) << t;
      }
      EXPECT_LE(found[t].left, std::max(lids[t], usual) + 1e-6f) << t;
      if (lids[t] > 0.7f) {
        EXPECT_EQ(found[t].left, lids[t]) << t;
      }
    }
    EXPECT_EQ(count_blinks(motion::of_live(again, motion::Axes::kBuiltin)), count_blinks(motion))
        << usual;
    EXPECT_GT(count_blinks(motion), 30);
  }
}

TEST(Blinks, AWinkIsKeptOnItsSideAndLowLidsAreNoBlink) {
  auto live = tensor::Tensor::zeros({100, motion::kLive});
  for (int64_t t = 0; t < 100; ++t) {
    live[t * motion::kLive + static_cast<int64_t>(kRight)] =
        0.3f + 0.05f * std::sin(0.3f * static_cast<float>(t));
  }
  for (int64_t t = 40; t < 48; ++t) live[t * motion::kLive + static_cast<int64_t>(kLeft)] = 0.9f;
  const auto motion = motion::of_live(live, motion::Axes::kBuiltin);
  const auto found = find_blinks(motion);
  EXPECT_NEAR(found[44].left, 0.9f, 1e-6);
  for (const Lids& lids : found) EXPECT_EQ(lids.right, 0);
  EXPECT_EQ(count_blinks(motion), 0);
}

TEST(Blinks, EyesThatStayShutStayShut) {
  const std::vector<float> asleep(50, 1.0f);
  const auto found = find_blinks(blinking(asleep, 0));
  for (const Lids& lids : found) EXPECT_EQ(lids.left, 1);
  EXPECT_EQ(count_blinks(blinking(asleep, 0)), 0);
}

}  // namespace
}  // namespace flowtalk::face
