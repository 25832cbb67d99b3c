#include "flowtalk/data/index.h"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "flowtalk/base/conditions.h"
#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/formats/npy.h"
#include "flowtalk/motion/layout.h"
#include "tests/scratch_folder.h"

namespace flowtalk::data {
namespace {

namespace fs = std::filesystem;

TEST(Stem, RoundTripOfEveryClip) {
  std::set<std::string> stems;
  for (int style = 0; style < 32; ++style) {
    for (int emotion = 0; emotion < 8; ++emotion) {
      for (int level = 0; level < (emotion == kNeutral ? 1 : 3); ++level) {
        const ClipName name{style, 7, emotion, level};
        const std::string stem = format_stem(name, default_conditions());
        EXPECT_EQ(parse_stem(stem, default_conditions()), name);
        stems.insert(stem);
      }
    }
  }
  EXPECT_EQ(stems.size(), 32u * 22u);
  EXPECT_EQ(format_stem({0, 1, 5, 0}, default_conditions()), "M003_001_5_0");
}

TEST(Stem, WrongNamesSayWhy) {
  const std::map<std::string, std::string> wrong = {{"M003_001_5", "expected ID_SENTENCE"},
                                                    {"M004_001_5_0", "M004"},
                                                    {"M003_000_5_0", "sentence"},
                                                    {"M003_x_5_0", "sentence"},
                                                    {"M003_001_8_0", "emotion"},
                                                    {"M003_001_5_3", "level"},
                                                    {"M003_001_0_1", "neutral"},
                                                    {"M003_001_5_0_extra", "expected ID_SENTENCE"}};
  for (const auto& [stem, part] : wrong) {
    std::string why;
    EXPECT_FALSE(parse_stem(stem, default_conditions(), &why)) << stem;
    EXPECT_NE(why.find(part), std::string::npos) << stem << ": " << why;
  }
}

TEST(Splits, CountsPerStyle) {
  std::map<Split, int> neutral, emotional;
  for (int s = 1; s <= kNeutralSentences; ++s) ++neutral[split_of({0, s, 0, 0})];
  for (int s = 1; s <= kEmotionalSentences; ++s) ++emotional[split_of({0, s, 3, 2})];
  EXPECT_EQ(neutral, (std::map<Split, int>{
                         {Split::kTrain, 32}, {Split::kValidation, 4}, {Split::kTest, 4}}));
  EXPECT_EQ(emotional, (std::map<Split, int>{
                           {Split::kTrain, 24}, {Split::kValidation, 3}, {Split::kTest, 3}}));
  EXPECT_EQ(split_of({0, 101, 3, 2}), Split::kTrain);
}

class Dataset : public ::testing::Test {
 protected:
  tests::ScratchFolder folder_;
  void SetUp() override {
    fs::create_directories(folder_ / "param");
    fs::create_directories(folder_ / "wav");
  }
  void touch(const std::string& file) { save_file(folder_ / file, "x"); }
};

TEST_F(Dataset, FindsClipsAndReportsTheRest) {
  for (const char* stem : {"M003_001_0_0", "M003_040_0_0"}) {
    touch(std::string("param/") + stem + ".npy");
    touch(std::string("wav/") + stem + ".wav");
  }
  touch("param/M003_002_0_0.npy");
  touch("param/notes.npy");
  touch("wav/W009_001_1_2.wav");
  touch("param/M032_001_0_0.npy");
  touch("wav/M032_001_0_0.wav");
  const Index index = scan_dataset(folder_);
  ASSERT_EQ(index.clips.size(), 2u);
  EXPECT_EQ(index.of(Split::kTest).size(), 1u);
  EXPECT_EQ(index.of(Split::kTrain).size(), 1u);
  EXPECT_EQ(index.unpaired,
            (std::vector<std::string>{"param/M003_002_0_0.npy: no wav/M003_002_0_0.wav",
                                      "wav/W009_001_1_2.wav: no motion param/W009_001_1_2.npy"}));
  ASSERT_EQ(index.misnamed.size(), 1u);
  EXPECT_EQ(index.without_style, (std::vector<std::string>{"M032_001_0_0"}));
}

TEST_F(Dataset, SaysItsConditionsAndWhoseFaceItMoves) {
  for (const char* stem : {"FaceTalk_01_001_2_0", "F1_002_0_0", "F1_003_3_0"}) {
    touch(std::string("param/") + stem + ".npy");
    touch(std::string("wav/") + stem + ".wav");
  }
  save_file(folder_ / "conditions.json",
            R"({"emotions": ["neutral", "sad", "proud"], "levels": ["on"],
                "styles": ["F1", "FaceTalk_01"]})");
  const Index index = scan_dataset(folder_);
  EXPECT_FALSE(index.axes.has_value());
  ASSERT_EQ(index.clips.size(), 2u);
  EXPECT_EQ(index.clips[0].name, (ClipName{0, 2, 0, 0}));
  EXPECT_EQ(index.clips[1].name, (ClipName{1, 1, 2, 0}));
  EXPECT_EQ(format_stem(index.clips[1].name, index.conditions), index.clips[1].stem);
  ASSERT_EQ(index.misnamed.size(), 1u);
  EXPECT_EQ(index.misnamed[0], "param/F1_003_3_0.npy: emotion '3' is not 0-2");
  save_dataset_facts(folder_, {motion::Axes::kFlame});
  EXPECT_EQ(scan_dataset(folder_).axes, motion::Axes::kFlame);
  fs::remove(folder_ / "dataset.json");
  touch("synth.json");
  EXPECT_EQ(scan_dataset(folder_).axes, motion::Axes::kBuiltin);
  for (const char* damaged : {"", "[]", R"({"emotions": []})", R"({"emotion": ["sad"]})"}) {
    save_file(folder_ / "conditions.json", damaged);
    try {
      scan_dataset(folder_);
      FAIL() << damaged;
    } catch (const Error& e) {
      EXPECT_NE(std::string(e.what()).find("conditions.json"), std::string::npos) << e.what();
    }
  }
}

TEST_F(Dataset, ClipsAreKnownToAModelByNameOrRefused) {
  Conditions data, model;
  data.emotions = {"neutral", "sad", "proud"};
  data.levels = {"high"};
  data.styles = {"W029"};
  Clip clip;
  clip.motion = "param/W029_001_1_0.npy";
  clip.name = {0, 1, 1, 0};
  EXPECT_EQ(renamed({clip}, data, model).front().name, (ClipName{31, 1, 2, 2}));
  clip.name.emotion = 0;
  EXPECT_EQ(renamed({clip}, data, model).front().name, (ClipName{31, 1, 0, 0}));
  clip.name.emotion = 2;
  try {
    renamed({clip}, data, model);
    FAIL() << "an emotion that the model has not was taken";
  } catch (const Error& e) {
    const std::string said = e.what();
    EXPECT_NE(said.find("W029_001_1_0.npy: its emotion 'proud' is none of the model's"),
              std::string::npos)
        << said;
  }
}

TEST_F(Dataset, OneFileOfMotionPerClipOfAnyKind) {
  for (const char* name : {"M003_001_0_0.npz", "M003_002_0_0.PKL", "M003_003_0_0/0001.pt",
                           "M003_003_0_0/0002.pt", "notes.md", ".hidden.npy"}) {
    touch(std::string("param/") + name);
  }
  for (const char* stem : {"M003_001_0_0", "M003_002_0_0", "M003_003_0_0"}) {
    touch(fmt::format("wav/{}.wav", stem));
  }
  const Index index = scan_dataset(folder_);
  ASSERT_EQ(index.clips.size(), 3u);
  EXPECT_EQ(index.clips[0].motion, folder_ / "param/M003_001_0_0.npz");
  EXPECT_EQ(index.clips[2].motion, folder_ / "param/M003_003_0_0");
  EXPECT_TRUE(index.misnamed.empty() && index.unpaired.empty());
  touch("param/M003_002_0_0.npy");
  try {
    scan_dataset(folder_);
    FAIL() << "two files of motion were taken";
  } catch (const Error& e) {
    EXPECT_NE(std::string(e.what()).find("1 clip has two files of motion (M003_002_0_0.PKL and "
                                         "M003_002_0_0.npy); keep the one that is meant"),
              std::string::npos)
        << e.what();
  }
}

TEST_F(Dataset, EmptyOrMissingFails) {
  EXPECT_THROW(scan_dataset(folder_), Error);
  EXPECT_THROW(scan_dataset(folder_ / "nowhere"), Error);
}

}  // namespace
}  // namespace flowtalk::data
