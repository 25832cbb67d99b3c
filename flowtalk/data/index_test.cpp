#include "flowtalk/data/index.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/formats/npy.h"

namespace flowtalk::data {
namespace {

TEST(Stem, RoundTripAndRefusals) {
  for (const char* name : {"M003_001_5_0", "W029_040_0_0", "M013_101_7_2"}) {
    EXPECT_EQ(format_stem(parse_stem(name)), name);
  }
  EXPECT_EQ(parse_stem("M005_7_6_1"), (Stem{1, 7, 6, 1}));
  for (const char* name : {"M004_001_5_0", "M003_001_8_0", "M003_001_5_3", "M003_001_5", "", "x"}) {
    EXPECT_THROW(parse_stem(name), Error) << name;
  }
}

TEST(Split, SentencesAsInTheReference) {
  int counts[3] = {0, 0, 0};
  for (int sentence = 1; sentence <= 40; ++sentence) {
    ++counts[static_cast<int>(split_of({0, sentence, 0, 0}))];
  }
  EXPECT_EQ(counts[0], 32);
  EXPECT_EQ(counts[1], 4);
  EXPECT_EQ(counts[2], 4);
  EXPECT_EQ(split_of({0, 24, 3, 1}), Split::kTrain);
  EXPECT_EQ(split_of({0, 25, 3, 1}), Split::kValidation);
  EXPECT_EQ(split_of({0, 30, 3, 1}), Split::kTest);
  EXPECT_EQ(split_of({0, 101, 3, 1}), Split::kTrain);
}

TEST(Split, OnlyThePapersPriorSeesTestSentences) {
  const Stem test{0, 39, 0, 0};
  EXPECT_TRUE(belongs(test, Split::kTrain, StageData::kPrior, Protocol::kPaper));
  EXPECT_FALSE(belongs(test, Split::kTrain, StageData::kPrior, Protocol::kClean));
  EXPECT_FALSE(belongs(test, Split::kTrain, StageData::kGenerator, Protocol::kPaper));
}

TEST(Motion, EveryWidthGivesTheSame53) {
  tensor::Tensor wide({1, 4, 403});
  for (int64_t i = 0; i < wide.size(); ++i) wide[i] = static_cast<float>(i % 403);
  const auto motion = motion_of(wide, "wide");
  EXPECT_EQ(motion.shape(), (tensor::Shape{4, 53}));
  EXPECT_EQ(motion[0], 300);
  EXPECT_EQ(motion[49], 349);
  EXPECT_EQ(motion[50], 400);
  EXPECT_EQ(motion[52], 402);
  tensor::Tensor narrow({4, 353});
  for (int64_t i = 0; i < narrow.size(); ++i) narrow[i] = static_cast<float>(i % 353);
  EXPECT_EQ(motion_of(narrow, "narrow")[50], 350);
  EXPECT_THROW(motion_of(tensor::Tensor::zeros({4, 54}), "odd"), Error);
  motion_of(motion, "again");
  wide[310] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_THROW(motion_of(wide, "nan"), Error);
}

TEST(Scan, PairsFilesAndReportsTheRest) {
  const auto root = std::filesystem::temp_directory_path() / "flowtalk_index_test";
  std::filesystem::remove_all(root);
  save_file(root / "mead/param/M003_001_0_0.npy", "x");
  save_file(root / "mead/wav/M003_001_0_0.wav", "x");
  save_file(root / "mead/param/M003_002_0_0.npy", "x");
  save_file(root / "mead/wav/oddname.wav", "x");
  const auto index = scan_dataset(root);
  ASSERT_EQ(index.clips.size(), 1u);
  EXPECT_EQ(index.clips[0].name(), "M003_001_0_0");
  EXPECT_EQ(index.problems.size(), 2u);
  EXPECT_THROW(scan_dataset(root / "nothing"), Error);
  std::filesystem::remove_all(root);
}

}  // namespace
}  // namespace flowtalk::data
