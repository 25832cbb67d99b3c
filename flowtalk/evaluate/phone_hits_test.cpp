#include "flowtalk/evaluate/phone_hits.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "flowtalk/data/phones.h"

namespace flowtalk::evaluate {
namespace {

using data::phone;
using ::testing::ElementsAre;

TEST(PhoneHits, LabelsAreTakenAtTheCentresOfFrames) {
  std::vector<std::string> unknown;
  const std::vector<data::TimedLabel> labels = {
      {0, 0.0324, "sp"}, {0.0324, 0.06, "AA1"}, {0.06, 0.1, "œ"}, {0.1, 0.13, "m"}};
  const auto said = [&](double late_s) { return said_in_frames(labels, 7, late_s, unknown); };
  // Centres at 12.5, 32.5, 52.5, 72.5, 92.5, 112.5, 132.5 ms.
  EXPECT_THAT(said(0), ElementsAre(data::kSilence, phone("AA"), phone("AA"), kUntold, kUntold,
                                   phone("M"), kUntold));
  EXPECT_THAT(said(0.02), ElementsAre(kUntold, data::kSilence, phone("AA"), phone("AA"), kUntold,
                                      kUntold, phone("M")));
  EXPECT_THAT(unknown, ElementsAre("œ"));
}

TEST(PhoneHits, SpeechAndClosuresAreCounted) {
  const int m = phone("M"), b = phone("B"), a = phone("AA"), s = phone("S");
  const std::vector<int> said = {data::kSilence, m, m, a, kUntold, b, s, data::kSilence};
  const std::vector<int> heard = {m, m, b, a, m, s, s, data::kSilence};
  PhoneHits hits = count_hits(said, heard);
  EXPECT_EQ(hits.frames, 8);
  EXPECT_EQ(hits.told, 7);
  EXPECT_EQ(hits.speech, 5);
  EXPECT_DOUBLE_EQ(hits.accuracy(), 3.0 / 5);        // M, AA, S
  EXPECT_DOUBLE_EQ(hits.shut_recall(), 2.0 / 3);     // M as M, M as B
  EXPECT_DOUBLE_EQ(hits.shut_precision(), 2.0 / 3);  // one of silence
  hits += hits;
  EXPECT_EQ(hits.speech, 10);
  EXPECT_DOUBLE_EQ(hits.accuracy(), 3.0 / 5);
  EXPECT_TRUE(std::isnan(PhoneHits().accuracy()));
}

}  // namespace
}  // namespace flowtalk::evaluate
