#include "flowtalk/condition/product_condition.h"

#include <gtest/gtest.h>

#include "flowtalk/condition/check_golden.h"
#include "flowtalk/ops/native.h"

namespace flowtalk::condition {
namespace {

// Of one frame: what is not zero, as index and value.
std::vector<std::pair<size_t, float>> asked(const std::string& emotion, float strength,
                                            int64_t style) {
  const Conditions& known = mead_conditions();
  const auto mix = parse_emotion_mix(emotion, known);
  const std::vector<int64_t> styles = {style};
  const auto row = one_hots_of(EmotionCurve::constant(mix, strength, 1), styles, known);
  EXPECT_EQ(row.size(), 43u);
  std::vector<std::pair<size_t, float>> set;
  for (size_t i = 0; i < row.size(); ++i) {
    if (row[i] != 0) set.emplace_back(i, row[i]);
  }
  return set;
}

void expect_near(const std::vector<std::pair<size_t, float>>& got,
                 const std::vector<std::pair<size_t, float>>& wanted) {
  ASSERT_EQ(got.size(), wanted.size());
  for (size_t i = 0; i < got.size(); ++i) {
    EXPECT_EQ(got[i].first, wanted[i].first);
    EXPECT_NEAR(got[i].second, wanted[i].second, 1e-5f) << wanted[i].first;
  }
}

TEST(OneHots, AtTheLevelsOfTheSource) {
  for (const int level : {0, 1, 2}) {
    const auto at = static_cast<size_t>(40 + level);
    expect_near(asked("happy", mead_conditions().strength_of(level), 5),
                {{5, 1}, {33, 1}, {at, 1}});
  }
  expect_near(asked("neutral", 0.7f, 31), {{31, 1}, {32, 1}, {40, 1}});
}

TEST(OneHots, BetweenLevelsAndBelowTheLowest) {
  expect_near(asked("sad", 0.5f, 0), {{0, 1}, {34, 1}, {40, 0.5f}, {41, 0.5f}});
  expect_near(asked("sad", 0.1f, 0), {{0, 1}, {32, 0.7f}, {34, 0.3f}, {40, 1}});
  expect_near(asked("sad", 0, 0), {{0, 1}, {32, 1}, {40, 1}});
}

TEST(OneHots, TheAverageStyleIsTheMean) {
  const auto set = asked("sad", 1, kAverageStyle);
  ASSERT_EQ(set.size(), 34u);
  for (size_t i = 0; i < 32; ++i) EXPECT_EQ(set[i], (std::pair<size_t, float>{i, 1.0f / 32}));
}

TEST(OneHots, EveryClipHasItsStyleAndEveryFrameItsStrength) {
  const Conditions& known = mead_conditions();
  EmotionCurve curve;
  curve.batch = 2;
  curve.frames = 2;
  for (const float strength : {0.0f, 1.0f, 1.0f, 0.0f}) {
    const auto happy = known.only(1);
    curve.weights.insert(curve.weights.end(), happy.begin(), happy.end());
    curve.strength.push_back(strength);
  }
  const std::vector<int64_t> styles = {3, 4};
  const auto rows = one_hots_of(curve, styles, known);
  for (size_t i = 0; i < 4; ++i) {
    const bool happy = i == 1 || i == 2;
    EXPECT_EQ(rows[i * 43 + (i < 2 ? 3 : 4)], 1) << i;
    EXPECT_EQ(rows[i * 43 + 33], happy ? 1 : 0) << i;
    EXPECT_EQ(rows[i * 43 + 32], happy ? 0 : 1) << i;
    EXPECT_EQ(rows[i * 43 + 42], happy ? 1 : 0) << i;
  }
}

TEST(OneHots, NoMoreThanTheHighestLevel) {
  try {
    asked("happy", 1.1f, 0);
    FAIL() << "no error";
  } catch (const Error& e) {
    EXPECT_STREQ(e.what(),
                 "strength: expected between 0 and 1, as this model knows its levels, got 1.1");
    EXPECT_EQ(e.exit_code(), 2);
  }
}

TEST(ProductCondition, WithPredictorsOfProbTalk3D) {
  FT_GOLDEN_FOLDER(folder, "probtalk3d");
  ThreadPool pool(2);
  ops::NativeOps ops(pool);
  check_predictors(ops, folder, 1e-4);
}

}  // namespace
}  // namespace flowtalk::condition
