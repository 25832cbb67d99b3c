#include "flowtalk/motion/motion.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "flowtalk/base/error.h"

namespace flowtalk::motion {
namespace {

using tensor::Tensor;
using ::testing::Each;
using ::testing::ElementsAre;

// (T, width), counting up.
Tensor counted(int64_t frames, int64_t width) {
  Tensor t({frames, width});
  for (int64_t i = 0; i < t.size(); ++i) t[i] = static_cast<float>(i);
  return t;
}

TEST(Axes, AreSpelledInOneWay) {
  for (const Axes axes : {Axes::kBuiltin, Axes::kFlame}) {
    Axes read{};
    from_text(text_of(axes), read);
    EXPECT_EQ(read, axes);
  }
  Axes axes{};
  EXPECT_THROW(from_text("Flame", axes), Error);
}

TEST(Motion, GivesItsLiveTensorBackWithoutACopy) {
  const Tensor live = counted(4, kLive);
  const Motion motion = of_live(live, Axes::kBuiltin);
  EXPECT_EQ(motion.frames(), 4);
  EXPECT_EQ(live_of(motion).data(), live.data());
  const Motion part = slice(motion, 1, 3);
  EXPECT_EQ(part.frames(), 2);
  EXPECT_EQ(live_of(part).data(), live.data() + kLive);
  EXPECT_EQ(part.jaw.at(0)[2], live[2 * kLive - 1]);
}

TEST(Motion, LiveValuesOfNarrowAndMissingTracksAreZeros) {
  Motion motion;
  motion.jaw = {counted(3, 3), 0, 3};
  motion.expression = {counted(3, 2), 0, 2};
  const Tensor live = live_of(motion);
  EXPECT_EQ(live.shape(), (tensor::Shape{3, kLive}));
  EXPECT_EQ(live[kLive + 1], 3);
  EXPECT_EQ(live[kLive + 2], 0);
  EXPECT_EQ(live[2 * kLive + kJawAt], 6);
  motion.expression = {};
  EXPECT_THAT(live_of(motion).values().first(kLiveExpression), Each(0.0f));
}

TEST(Motion, RowsHoldWhatTheyHaveRoomFor) {
  const Motion motion = of_rows(counted(2, kWideRow), Axes::kFlame);
  for (const int64_t width : {kWideRow, kNarrowRow, kLive}) {
    const Tensor rows = rows_of(motion, width);
    EXPECT_EQ(rows.shape(), (tensor::Shape{1, 2, width}));
    EXPECT_EQ(rows[width + width - 1], 2 * kWideRow - 1);                // jaw
    EXPECT_EQ(rows[width == kLive ? 0 : flame::kShape], flame::kShape);  // expression
    EXPECT_EQ(rows[0], width == kLive ? 300 : 0);
  }
  const Tensor wide = rows_of(of_live(counted(2, kLive), Axes::kFlame), kWideRow);
  EXPECT_THAT(wide.values().first(flame::kShape), Each(0.0f));
  EXPECT_THAT(wide.values().subspan(flame::kShape + kLiveExpression, kLiveExpression), Each(0.0f));
}

TEST(Motion, BesideARecordingKeepsWhatTheModelDoesNotKnow) {
  Motion recorded = of_rows(counted(3, kWideRow), Axes::kFlame);
  recorded.neck = {counted(3, 3), 0, 3};
  const Motion made = beside(of_live(Tensor::full({2, kLive}, -1), Axes::kFlame), recorded);
  EXPECT_EQ(made.frames(), 2);
  EXPECT_EQ(made.shape.at(1)[0], kWideRow);
  EXPECT_EQ(made.expression.at(1)[0], -1);
  EXPECT_EQ(made.expression.at(1)[kLiveExpression], kWideRow + flame::kShape + kLiveExpression);
  EXPECT_THAT(made.jaw.at(1), Each(-1.0f));
  EXPECT_THAT(made.neck.at(1), ElementsAre(3, 4, 5));
}

TEST(Motion, OneShapeIsOneRowOrEqualRows) {
  Motion motion = of_rows(counted(2, kNarrowRow), Axes::kFlame);
  EXPECT_FALSE(motion.one_shape());
  motion.shape = {counted(1, 10), 0, 10};
  EXPECT_TRUE(motion.one_shape());
  EXPECT_EQ(motion.shape.at(1)[3], 3);
}

TEST(Resample, KeepsTimesAndLines) {
  Motion motion;
  motion.jaw = {Tensor({50, 3}), 0, 3};
  for (int64_t t = 0; t < 50; ++t) {
    for (int64_t k = 0; k < 3; ++k) motion.jaw.table[3 * t + k] = 0.01f * static_cast<float>(t);
  }
  motion.shape = {counted(1, 300), 0, 300};
  const Motion film = resample(motion, 60);
  EXPECT_EQ(film.frames(), 120);
  EXPECT_EQ(film.shape.rows(), 1);
  EXPECT_DOUBLE_EQ(film.duration_s(), motion.duration_s());
  for (int64_t t = 3; t < 115; ++t) {  // away from the ends, where neighbours are repeated
    EXPECT_NEAR(film.jaw.at(t)[1], 0.01f * static_cast<float>(t) * 25 / 60, 1e-5) << t;
  }
  EXPECT_EQ(resample(film, 25).frames(), 50);
  EXPECT_EQ(resample(motion, 25).jaw.table.data(), motion.jaw.table.data());
  EXPECT_THROW(resample(motion, 0), Error);
  EXPECT_THROW(resample(motion, NAN), Error);
}

TEST(Resample, KeepsAWaveBelowItsLimit) {
  Motion motion;
  motion.jaw = {Tensor({100, 3}), 0, 3};
  const auto wave = [](double t_s) { return 0.1 * std::sin(2 * 3.14159265 * 2 * t_s); };
  for (int64_t t = 0; t < 100; ++t) {
    for (int64_t k = 0; k < 3; ++k) {
      motion.jaw.table[3 * t + k] = static_cast<float>(wave(static_cast<double>(t) / 25));
    }
  }
  const Motion film = resample(motion, 30);
  for (int64_t t = 3; t < film.frames() - 3; ++t) {
    EXPECT_NEAR(film.jaw.at(t)[0], wave(static_cast<double>(t) / 30), 2e-3) << t;
  }
}

}  // namespace
}  // namespace flowtalk::motion
