#include "flowtalk/encoder/running_level.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "flowtalk/base/rng.h"

namespace flowtalk::encoder {
namespace {

constexpr size_t kSecond = 16000;

std::vector<float> noise(size_t count, double sd, double offset = 0) {
  std::vector<float> x(count);
  Rng rng(3);
  for (float& v : x) v = static_cast<float>(offset + sd * rng.normal());
  return x;
}

std::vector<float> levelled(std::vector<float> x) {
  RunningLevel().apply(x);
  return x;
}

double deviation(std::span<const float> x) {
  double sum = 0, squares = 0;
  for (const float v : x) sum += v, squares += static_cast<double>(v) * v;
  const auto n = static_cast<double>(x.size());
  return std::sqrt(squares / n - sum / n * sum / n);
}

TEST(RunningLevel, AnySplitGivesTheSameBits) {
  const auto x = noise(3 * kSecond, 0.1);
  const auto whole = levelled(x);
  Rng rng(1);
  for (int64_t most : {1, 7, 321, 5000}) {
    auto pieces = x;
    RunningLevel level;
    for (size_t at = 0; at < pieces.size();) {
      const auto n = std::min(pieces.size() - at, static_cast<size_t>(rng.integer(1, most)));
      level.apply(std::span(pieces).subspan(at, n));
      at += n;
    }
    EXPECT_EQ(pieces, whole) << most;
  }
}

TEST(RunningLevel, TheGainOfAHopComesFromTheHopsBefore) {
  const auto x = noise(kSecond, 0.1);
  const auto before = levelled(x);
  auto changed = x;
  for (size_t i = 20 * 320 + 100; i < changed.size(); ++i) changed[i] *= 9;
  const auto after = levelled(changed);
  EXPECT_TRUE(std::equal(after.begin(), after.begin() + 20 * 320 + 100, before.begin()));
  const auto ratio = [&](size_t i) {  // of slopes, in which the offset is not
    return (after[i] - after[i + 1]) / (before[i] - before[i + 1]);
  };
  for (size_t i = 20 * 320 + 100; i + 1 < 21 * 320; ++i) EXPECT_NEAR(ratio(i), 9, 1e-2);
  EXPECT_LT(ratio(21 * 320), 7);
}

// Within a few seconds voices of every level are heard alike.
TEST(RunningLevel, FindsTheLevelOfLoudAndFaintVoices) {
  for (const double sd : {0.3, 0.05, 0.0125, 0.004}) {
    const auto y = levelled(noise(40 * kSecond, sd));
    const double late = deviation(std::span(y).last(kSecond));
    if (sd > 0.005) {
      EXPECT_NEAR(late, 1, 0.05) << sd;
    } else {
      EXPECT_NEAR(late, sd / 0.00501, 0.05) << sd;  // never above the gain of -46 dB
    }
  }
  const auto y = levelled(noise(kSecond, 0.0125));  // -38 dB, within a second
  EXPECT_GT(deviation(std::span(y).last(3200)), 0.7);
}

TEST(RunningLevel, PausesAndAClickLeaveItAlone) {
  const auto voice = noise(2 * kSecond, 0.1);
  auto paused = voice;
  paused.resize(12 * kSecond, 0.0f);
  paused.insert(paused.end(), voice.begin(), voice.begin() + kSecond);
  const auto y = levelled(paused);
  EXPECT_NEAR(deviation(std::span(y).last(kSecond)), 1, 0.05);
  for (const float v : std::span(y).subspan(11 * kSecond, kSecond)) EXPECT_NEAR(v, 0, 0.01);

  auto click = noise(kSecond, 0.05);
  std::fill_n(click.begin(), 200, 0.9f);
  click = levelled(click);
  EXPECT_GT(deviation(std::span(click).last(3200)), 0.65);
}

TEST(RunningLevel, AnOffsetGoesAway) {
  const auto y = levelled(noise(6 * kSecond, 0.05, 0.2));
  double sum = 0;
  for (const float v : std::span(y).last(kSecond)) sum += v;
  EXPECT_NEAR(sum / kSecond, 0, 0.1);
  EXPECT_GT(deviation(std::span(y).last(kSecond)), 0.7);
}

}  // namespace
}  // namespace flowtalk::encoder
