#include "flowtalk/live/playback.h"

#include <gtest/gtest.h>

#include <thread>

namespace flowtalk::live {
namespace {

using namespace std::chrono_literals;

const Clock::time_point kBegin = Clock::time_point() + 1000s;

Clock::time_point after(double seconds) {
  return kBegin + std::chrono::duration_cast<Clock::duration>(Seconds(seconds));
}

std::vector<float> row(int64_t frame) { return {static_cast<float>(frame), 1}; }

// Pairs of frames, each known so long after the moment of its first.
void add_pairs(Playback& playback, int64_t from, int64_t until, double late_s) {
  for (int64_t t = from; t < until; ++t) {
    const auto first = static_cast<double>(t - t % 2);
    playback.add(row(t), after(first / 25 + late_s));
  }
}

TEST(Playback, ShowsEveryMomentWithOneDelayAndBlendsBetween) {
  Playback playback(25, 0);
  EXPECT_FALSE(playback.at(after(0)));
  double delay = 0;
  for (int64_t t = 0; t < 500; t += 2) {
    add_pairs(playback, t, t + 2, 0.3);
    // Until the next pair comes, in small steps: no moment is missing.
    for (double ms = 0; ms < 80; ms += 7) {
      const double now = static_cast<double>(t) / 25 + 0.3 + 1e-3 * ms;
      const auto shown = playback.at(after(now));
      if (t < 2 && !shown) continue;
      ASSERT_TRUE(shown) << t;
      EXPECT_FALSE(shown->waiting) << t << " " << ms;
      EXPECT_NEAR(shown->row[0], 25 * shown->moment_s, 1e-3);
      EXPECT_EQ(shown->row[1], 1);
      if (delay == 0) delay = now - shown->moment_s;
      EXPECT_NEAR(now - shown->moment_s, delay, 1e-6);
    }
  }
  EXPECT_NEAR(delay, 0.3 + 0.04 + 0.02, 1e-6);
}

TEST(Playback, WaitsForLateFramesAndIsSoonInTimeAgain) {
  Playback playback(25, 0);
  add_pairs(playback, 0, 10, 0.3);
  const double lack = 10.0 / 25 + 0.3 + 0.2;
  const auto held = playback.at(after(lack));
  ASSERT_TRUE(held);
  EXPECT_TRUE(held->waiting);
  EXPECT_EQ(held->row[0], 9);
  add_pairs(playback, 10, 200, 0.5);  // a jam of 0.2 s
  const auto shown = playback.at(after(198.0 / 25 + 0.5 + 0.01));
  ASSERT_TRUE(shown);
  EXPECT_FALSE(shown->waiting);
  EXPECT_NEAR(198.0 / 25 + 0.51 - shown->moment_s, 0.56, 1e-3);
  add_pairs(playback, 200, 202, 5.5);  // it goes on after five seconds
  const auto later = playback.at(after(200.0 / 25 + 5.5 + 0.03));
  ASSERT_TRUE(later);
  EXPECT_NEAR(later->moment_s, 199.25 / 25, 0.001);
}

TEST(Playback, FollowsAClockThatIsFaster) {
  Playback playback(25, 0);
  double now = 0;
  for (int64_t t = 0; t < 25 * 600; ++t) {
    now = 0.3 + (1 - 3e-4) * static_cast<double>(t) / 25;  // 18 ms a minute
    playback.add(row(t), after(now));
  }
  const auto shown = playback.at(after(now));
  ASSERT_TRUE(shown);
  // Two seconds of frames are watched.
  EXPECT_NEAR(static_cast<double>(25 * 600 - 1) / 25 - shown->moment_s, 0.06, 0.005);
}

TEST(Playback, EndsAfterTheLastFrame) {
  Playback playback(25, 0.1);
  add_pairs(playback, 0, 4, 0.3);
  playback.finish();
  EXPECT_FALSE(playback.at(after(0.3)));
  EXPECT_FALSE(playback.at(after(0.45)));
  EXPECT_TRUE(playback.at(after(0.461)));
  EXPECT_FALSE(playback.at(after(0.46 + 0.159))->over);
  EXPECT_TRUE(playback.at(after(0.46 + 0.161))->over);
  Playback nothing(25, 0);
  nothing.finish();
  ASSERT_TRUE(nothing.at(after(0)));
  EXPECT_TRUE(nothing.at(after(0))->over);
}

TEST(Playback, IsAskedWhileFramesCome) {
  Playback playback(25, 0);
  std::thread shower([&] {
    for (int i = 0; i < 2000; ++i) playback.at(after(0.01 * i));
  });
  add_pairs(playback, 0, 20000, 0.3);
  shower.join();
  const auto shown = playback.at(after(20000.0 / 25 + 0.3));
  ASSERT_TRUE(shown);
  EXPECT_NEAR(shown->row[0], 25 * shown->moment_s, 0.01);
}

}  // namespace
}  // namespace flowtalk::live
