#include "flowtalk/evaluate/restyling.h"

#include <gtest/gtest.h>

#include <vector>

namespace flowtalk::evaluate {
namespace {

TEST(Restyling, SummaryIsMeansLeastsAndGoodPairs) {
  const std::vector<RestyledPair> pairs = {{1, 2, 0.0, 0.9, 0.02, 0.95, 3, 3},
                                           {1, 3, 0.1, 0.9, 0.00, 0.79, 3, 1},
                                           {4, 2, 0.2, 0.6, 0.01, 0.99, 0, 1}};
  const RestylingSummary s = summary_of(pairs);
  EXPECT_EQ(s.pairs, 3);
  EXPECT_EQ(s.good, 1);  // the others miss the lips, or the emotion
  EXPECT_NEAR(s.before, 0.1, 1e-12);
  EXPECT_NEAR(s.after, 0.8, 1e-12);
  EXPECT_NEAR(s.old, 0.01, 1e-12);
  EXPECT_NEAR(s.lips, 0.91, 1e-12);
  EXPECT_EQ(s.blinks_before, 6);
  EXPECT_EQ(s.blinks, 5);
  EXPECT_EQ(s.least_after, 0.6);
  EXPECT_EQ(s.least_lips, 0.79);
}

}  // namespace
}  // namespace flowtalk::evaluate
