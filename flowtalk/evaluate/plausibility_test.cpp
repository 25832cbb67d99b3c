#include "flowtalk/evaluate/plausibility.h"

#include <gtest/gtest.h>

#include <cmath>

#include "flowtalk/base/rng.h"

namespace flowtalk::evaluate {
namespace {

TEST(Plausibility, PlantedClipsComeFirstWhateverTheirCondition) {
  Rng rng(5);
  std::vector<ScoredClip> clips;
  for (size_t i = 0; i < 200; ++i) {  // conditions differ in level, as easy and hard ones do
    const size_t condition = i % 10;
    clips.push_back({condition, 0.2 * static_cast<double>(condition) + rng.normal(0, 0.05)});
  }
  clips[17].bits_per_dim += 0.6;
  clips[90].bits_per_dim -= 0.4;  // far too regular is suspicious too
  const auto z = robust_z(clips);
  const auto order = most_suspicious(z);
  EXPECT_EQ(order[0], 17u);
  EXPECT_EQ(order[1], 90u);
  EXPECT_GT(z[17], kImplausible);
  EXPECT_LT(z[90], -kImplausible);
  int beyond = 0;
  for (const double v : z) beyond += std::abs(v) > kImplausible ? 1 : 0;
  EXPECT_LE(beyond, 4);
}

TEST(Plausibility, FewOrEqualClipsAreNoError) {
  EXPECT_TRUE(robust_z({}).empty());
  const std::vector<ScoredClip> one{{3, 0.5}};
  EXPECT_EQ(robust_z(one)[0], 0.0);
  const std::vector<ScoredClip> rare{{0, 1}, {0, 1.1}, {0, 0.9}, {0, 1}, {1, 4}};
  EXPECT_GT(robust_z(rare)[4], kImplausible);  // alone in its condition: compared with all
}

}  // namespace
}  // namespace flowtalk::evaluate
