#include "flowtalk/data/lag.h"

#include <gtest/gtest.h>

#include "flowtalk/base/rng.h"
#include "flowtalk/data/test_set.h"
#include "flowtalk/motion/layout.h"

namespace flowtalk::data {
namespace {

std::vector<float> opening_of(const TestClip& clip) {
  std::vector<float> opening;
  for (int64_t t = 0; t < clip.motion.dim(0); ++t) {
    opening.push_back(clip.motion[t * motion::kLive + motion::kJawAt]);
  }
  return opening;
}

std::optional<LagCurve> curve_of(const TestClip& clip) {
  return correlate(loudness_per_frame(clip.sound.samples, clip.motion.dim(0)), opening_of(clip));
}

TEST(Lag, KnownShiftsAreFound) {
  for (int shift = -8; shift <= 8; shift += 2) {
    std::vector<LagCurve> curves;
    for (uint64_t seed = 0; seed < 12; ++seed) {
      const auto curve = curve_of(make_test_clip(seed, 100, shift));
      ASSERT_TRUE(curve.has_value());
      curves.push_back(*curve);
    }
    const Lag lag = pool_lags(curves);
    EXPECT_NEAR(lag.frames, shift, 0.6) << shift;
    EXPECT_GT(lag.confidence, 0.95) << shift;
    EXPECT_GT(lag.correlation, 0.5) << shift;
  }
}

TEST(Lag, OneLongClipIsEnoughWhenItIsClear) {
  const auto curve = curve_of(make_test_clip(3, 250, 5));
  ASSERT_TRUE(curve.has_value());
  const Lag lag = lag_of_clip(*curve, 250);
  EXPECT_NEAR(lag.frames, 5, 0.6);
  EXPECT_GT(lag.confidence, 0.99);
}

TEST(Lag, StrangersGiveNoConfidence) {
  std::vector<LagCurve> curves;
  for (uint64_t seed = 0; seed < 30; ++seed) {
    TestClip clip = make_test_clip(seed, 100);
    clip.sound = make_test_clip(seed + 1000, 100).sound;
    curves.push_back(*curve_of(clip));
  }
  EXPECT_LT(pool_lags(curves).confidence, 0.9);
  EXPECT_EQ(pool_lags(std::span(curves).first(3)).confidence, 0);
}

TEST(Lag, ShortStillOrSilentClipsSayNothing) {
  EXPECT_FALSE(curve_of(make_test_clip(1, 40)).has_value());
  TestClip still = make_test_clip(1, 100);
  for (int64_t i = 0; i < still.motion.size(); ++i) still.motion[i] = 0.1f;
  EXPECT_FALSE(curve_of(still).has_value());
  TestClip silent = make_test_clip(1, 100);
  std::fill(silent.sound.samples.begin(), silent.sound.samples.end(), 0.0f);
  EXPECT_FALSE(curve_of(silent).has_value());
}

}  // namespace
}  // namespace flowtalk::data
