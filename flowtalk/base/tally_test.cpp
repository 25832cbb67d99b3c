#include "flowtalk/base/tally.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "flowtalk/base/rng.h"

namespace flowtalk {
namespace {

TEST(Tally, QuantilesAreThoseOfAllValues) {
  Rng rng(1);
  Tally tally;
  std::vector<double> values;
  for (int i = 0; i < 5000; ++i) {
    values.push_back(std::exp(4 * rng.normal()));
    tally.add(values.back());
  }
  std::ranges::sort(values);
  for (const double share : {0.0, 0.1, 0.5, 0.99, 1.0}) {
    const double want = values[static_cast<size_t>(share * 4999)];
    if (want < 1e-3 || want > 1e5) continue;
    EXPECT_NEAR(tally.quantile(share), want, 0.0051 * want) << share;
  }
}

TEST(Tally, EndsAndNothing) {
  Tally tally;
  EXPECT_EQ(tally.quantile(0.5), 0);
  tally.add(-3);
  tally.add(0);
  EXPECT_EQ(tally.quantile(1), 0);
  tally.add(1e9, 5);
  EXPECT_EQ(tally.count(), 7);
  EXPECT_NEAR(tally.quantile(0.5), 1e5, 2e3);
}

}  // namespace
}  // namespace flowtalk
