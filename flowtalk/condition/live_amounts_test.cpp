#include "flowtalk/condition/live_amounts.h"

#include <gtest/gtest.h>

namespace flowtalk::condition {
namespace {

// What is set while a face moves is what a timeline that says it all from the start makes.
TEST(LiveAmounts, SpreadAsATimelineDoes) {
  const Amounts calm = {0, 0, 0}, glad = {0, 0.8, 0}, sad = {0, 0.1, 0.6};
  constexpr int64_t kFrames = 90, kGlad = 20, kSad = 26;
  Timeline timeline;
  for (const auto& [frame, amounts] : {std::pair{kGlad, glad}, std::pair{kSad, sad}}) {
    const double time_s = static_cast<double>(frame) / flame::kFps;
    timeline.keyframes.push_back({time_s - 1e-6, timeline.keyframes.empty() ? calm : glad});
    timeline.keyframes.push_back({time_s, amounts});
  }
  const EmotionCurve wanted = timeline.curve(kFrames, calm);
  LiveAmounts live(calm);
  EmotionCurve made;
  for (int64_t t = 0; t < kFrames; ++t) {
    if (t == kGlad - kChangeReach) live.set(kGlad, glad);
    if (t == 15) live.set(kSad, sad);
    append(made, live.at(t));
  }
  EXPECT_EQ(made.strength, wanted.strength);
  EXPECT_EQ(made.weights, wanted.weights);
}

TEST(LiveAmounts, AChangeTakesThePlaceOfAnotherAtItsFrame) {
  LiveAmounts live({0, 0});
  live.set(30, {0, 1});
  live.set(20, {1, 0});
  live.set(30, {0, 0.5});
  for (int64_t t = 0; t < 27; ++t) live.at(t);
  EXPECT_EQ(live.at(37), Amounts({0, 0.5}));
}

}  // namespace
}  // namespace flowtalk::condition
