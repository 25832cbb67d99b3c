#include "flowtalk/arkit/visemes.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <numeric>

namespace flowtalk::arkit {
namespace {

size_t loudest(const Scores& scores) {
  const Visemes visemes = visemes_of(scores);
  return static_cast<size_t>(std::ranges::max_element(visemes) - visemes.begin());
}

TEST(Visemes, AreThoseOfTheMouth) {
  Scores open{}, round{}, shut{}, bitten{}, tongue{};
  open[shape("jawOpen")] = 0.5f;
  open[shape("mouthLowerDownLeft")] = open[shape("mouthLowerDownRight")] = 0.2f;
  round[shape("mouthPucker")] = 0.7f;
  round[shape("mouthFunnel")] = 0.3f;
  shut[shape("mouthPressLeft")] = shut[shape("mouthPressRight")] = 0.4f;
  shut[shape("mouthRollLower")] = shut[shape("mouthRollUpper")] = 0.3f;
  bitten[shape("mouthRollLower")] = 0.5f;
  bitten[shape("mouthUpperUpLeft")] = bitten[shape("mouthUpperUpRight")] = 0.3f;
  tongue[shape("tongueOut")] = 0.5f;
  tongue[shape("jawOpen")] = 0.15f;
  EXPECT_EQ(kVisemeNames[loudest(open)], "aa");
  EXPECT_EQ(kVisemeNames[loudest(round)], "U");
  EXPECT_EQ(kVisemeNames[loudest(shut)], "PP");
  EXPECT_EQ(kVisemeNames[loudest(bitten)], "FF");
  EXPECT_EQ(kVisemeNames[loudest(tongue)], "TH");
}

TEST(Visemes, GrowWithTheMouthAndEndAtOneTogether) {
  EXPECT_THAT(visemes_of({}), testing::Each(0.0f));
  float before = 0;
  for (const float open : {0.1f, 0.2f, 0.4f, 0.8f}) {
    Scores scores{};
    scores[shape("jawOpen")] = open;
    const Visemes visemes = visemes_of(scores);
    const float sum = std::accumulate(visemes.begin(), visemes.end(), 0.0f);
    EXPECT_GT(sum, before);
    EXPECT_LE(sum, 1.0001f);
    before = sum;
  }
  // A jaw that is open behind closed lips opens no mouth.
  Scores closed{};
  closed[shape("jawOpen")] = closed[shape("mouthClose")] = 0.4f;
  EXPECT_THAT(visemes_of(closed), testing::Each(0.0f));
}

}  // namespace
}  // namespace flowtalk::arkit
