#include "flowtalk/data/arkit_takes.h"

#include <gmock/gmock.h>

#include "flowtalk/base/files.h"
#include "tests/refusal.h"
#include "tests/scratch_folder.h"

namespace flowtalk::data {
namespace {

using testing::HasSubstr;
using tests::refusal;

class ArkitTakesFound : public testing::Test {
 protected:
  void put(const std::string& name) {
    make_parent_folder(folder_ / name);
    save_file(folder_ / name, "-");
  }
  ArkitTakes find(const TakeLabels& labels = {}) {
    return find_arkit_takes({folder_.path().string()}, labels, default_conditions());
  }
  static std::string emotion_of(const ArkitTake& take) {
    return default_conditions().emotions[static_cast<size_t>(take.emotion)];
  }
  static std::string level_of(const ArkitTake& take) {
    return default_conditions().levels[static_cast<size_t>(take.level)];
  }
  tests::ScratchFolder folder_;
};

TEST_F(ArkitTakesFound, AFolderPerTakeAsTheAppSavesThem) {
  for (const char* name :
       {"20240101_Slate_1/Slate_1_iPhone.csv", "20240101_Slate_1/Slate_1_iPhone.mov",
        "20240101_Slate_1/frame_log.csv", "20240101_Slate_1/take.json",
        "20240101_Slate_1/video_metadata.json", "20240101_Slate_1/thumbnail.jpg"}) {
    put(name);
  }
  const auto found = find();
  ASSERT_EQ(found.takes.size(), 1u);
  EXPECT_TRUE(found.left_out.empty());
  EXPECT_EQ(found.takes[0].face.filename(), "Slate_1_iPhone.csv");
  EXPECT_EQ(found.takes[0].sound.filename(), "Slate_1_iPhone.mov");
  EXPECT_EQ(emotion_of(found.takes[0]), "neutral");
}

TEST_F(ArkitTakesFound, OneOfTheFormsOfATakeIsTaken) {
  for (const char* name : {"a_cal.csv", "a_raw.csv", "a_neutral.csv", "a.mov", "b.csv", "b_raw.csv",
                           "b.wav", "b.mov", "b.m4a"}) {
    put(name);
  }
  const auto found = find();
  ASSERT_EQ(found.takes.size(), 2u);
  EXPECT_EQ(found.takes[0].face.filename(), "a_cal.csv");
  EXPECT_EQ(found.takes[0].sound.filename(), "a.mov");
  EXPECT_EQ(found.takes[1].face.filename(), "b.csv");
  EXPECT_EQ(found.takes[1].sound.filename(), "b.wav");
  ASSERT_EQ(found.left_out.size(), 3u);
  for (const LeftOut& l : found.left_out) {
    EXPECT_EQ(l.kind, "another form of a take");
    EXPECT_TRUE(l.expected);
  }
}

TEST_F(ArkitTakesFound, EmotionAndLevelAreWordsOfNames) {
  for (const char* name : {"Angry_high_02_iPhone", "sad/take1", "joyful/take1", "plain"}) {
    put(std::string(name) + ".csv");
    put(std::string(name) + ".wav");
  }
  const auto found = find();
  ASSERT_EQ(found.takes.size(), 4u);
  EXPECT_EQ(emotion_of(found.takes[0]), "angry");
  EXPECT_EQ(level_of(found.takes[0]), "high");
  EXPECT_EQ(emotion_of(found.takes[1]), "happy");
  EXPECT_EQ(level_of(found.takes[1]), "medium");
  EXPECT_EQ(emotion_of(found.takes[2]), "neutral");
  EXPECT_EQ(found.takes[2].level, 0);
  EXPECT_EQ(emotion_of(found.takes[3]), "sad");
  for (const ArkitTake& take : find({.emotion = 5, .level = 0}).takes) {
    EXPECT_EQ(emotion_of(take), "disgusted");
    EXPECT_EQ(level_of(take), "low");
  }
}

TEST_F(ArkitTakesFound, BeatSaysItByNumbersAndHasTablesBeside) {
  for (const char* name : {"1_wayne_0_1_1", "1_wayne_0_65_72", "2_scott_0_111_111",
                           "2_scott_0_64_65", "2_scott_0_119_119"}) {
    for (const char* ending : {".json", ".wav", ".csv", ".TextGrid"})
      put(std::string(name) + ending);
  }
  const auto found = find();
  ASSERT_EQ(found.takes.size(), 3u);
  EXPECT_EQ(found.takes[0].speaker, "1");
  EXPECT_EQ(found.takes[0].face.extension(), ".json");
  EXPECT_EQ(emotion_of(found.takes[0]), "neutral");
  EXPECT_EQ(emotion_of(found.takes[1]), "happy");
  EXPECT_EQ(found.takes[2].speaker, "2");
  EXPECT_EQ(emotion_of(found.takes[2]), "disgusted");
  ASSERT_EQ(found.left_out.size(), 2u);
  for (const LeftOut& l : found.left_out) {
    EXPECT_EQ(l.kind, "unknown emotion");
    EXPECT_FALSE(l.expected);
  }
}

TEST(Beat, EveryNumberHasItsEmotion) {
  const auto all = {std::pair(1, "neutral"), {64, "neutral"},  {65, "happiness"}, {72, "happiness"},
                    {73, "anger"},           {80, "anger"},    {81, "sadness"},   {86, "sadness"},
                    {87, "contempt"},        {94, "contempt"}, {95, "surprise"},  {102, "surprise"},
                    {103, "fear"},           {110, "fear"},    {111, "disgust"},  {118, "disgust"}};
  for (const auto& [number, emotion] : all) {
    EXPECT_EQ(emotion_of_beat(number, number), emotion) << number;
    parse_emotion(emotion, default_conditions());  // has a name here
  }
  EXPECT_FALSE(emotion_of_beat(0, 0));
  EXPECT_FALSE(emotion_of_beat(119, 119));
  EXPECT_FALSE(emotion_of_beat(80, 81));
  EXPECT_FALSE(emotion_of_beat(70, 66));
}

TEST_F(ArkitTakesFound, TakesWithoutSoundAndFoldersWithoutTakesAreTold) {
  put("silent.csv");
  auto found = find();
  EXPECT_TRUE(found.takes.empty());
  ASSERT_EQ(found.left_out.size(), 1u);
  EXPECT_EQ(found.left_out[0].kind, "no sound");
  EXPECT_FALSE(found.left_out[0].expected);
  const tests::ScratchFolder empty;
  EXPECT_THAT(refusal([&] { find_arkit_takes({empty.path().string()}, {}, default_conditions()); }),
              HasSubstr("no take in it; expected NAME.csv of Live Link Face"));
  EXPECT_THAT(refusal([&] { find_arkit_takes({"nowhere"}, {}, default_conditions()); }),
              HasSubstr("nowhere: no such folder"));
}

}  // namespace
}  // namespace flowtalk::data
