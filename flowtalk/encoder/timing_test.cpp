#include "flowtalk/encoder/timing.h"

#include <gtest/gtest.h>

#include "flowtalk/base/error.h"

namespace flowtalk::encoder {
namespace {

// Of 12800 samples, which give 39 encoder frames.
TEST(Timing, FramesByTheRulesOfTheSources) {
  EXPECT_EQ((Timing{FrameRule::kPairs, 25}).frames(12800, 39), 19);
  EXPECT_EQ((Timing{FrameRule::kLessOne, 25}).frames(12800, 39), 19);
  EXPECT_EQ((Timing{FrameRule::kLessOne, 30}).frames(12800, 39), 23);
  EXPECT_EQ((Timing{FrameRule::kLocalPairs, 25}).frames(12800, 39), 19);
  EXPECT_EQ((Timing{FrameRule::kLocalFrames, 30}).frames(12800, 39), 23);
  EXPECT_LT((Timing{FrameRule::kLessOne, 25}).frames(600, 1), 1);
}

TEST(Timing, RulesHaveNamesAndRates) {
  for (const FrameRuleRow& row : kFrameRules) {
    FrameRule rule{};
    from_text(std::string(row.name), rule);
    EXPECT_EQ(rule, row.rule);
    EXPECT_EQ(text_of(rule), row.name);
    const int fps = rule == FrameRule::kLocalFrames ? 30 : 25;
    EXPECT_NO_THROW((Timing{rule, fps}).check("config.json"));
  }
  FrameRule rule{};
  EXPECT_THROW(from_text("pair", rule), Error);
  EXPECT_NO_THROW((Timing{FrameRule::kLessOne, 30}).check("config.json"));
  EXPECT_THROW((Timing{FrameRule::kPairs, 30}).check("config.json"), Error);
  EXPECT_THROW((Timing{FrameRule::kLessOne, 27}).check("config.json"), Error);
}

}  // namespace
}  // namespace flowtalk::encoder
