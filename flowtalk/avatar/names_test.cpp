#include "flowtalk/avatar/names.h"

#include <gmock/gmock.h>

namespace flowtalk::avatar {
namespace {

using arkit::shape;

TEST(AvatarNames, ArkitsShapesInTheirSpellings) {
  for (size_t i = 0; i < arkit::kShapes; ++i) {
    const std::string camel(arkit::kNames[i]);
    const std::string pascal = arkit::pascal(camel);
    std::string snake;
    for (const char c : camel) {
      if (c >= 'A' && c <= 'Z') snake += '_';
      snake += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
    for (const std::string& name :
         {camel, pascal, snake, "head." + camel, "blendShape1." + pascal, "head__" + camel,
          "rig:" + camel, "CC_Base_Body_" + camel, "A25_" + snake}) {
      EXPECT_EQ(channel_of(name), i) << name;
    }
  }
  for (const char* name : {"eyeBlink_L", "EyeBlinkL", "eyeBlink.L", "A14_Eye_Blink_Left",
                           "eye blink left", "Head.eyeBlink_L", "EYEBLINKLEFT", "Blink_L",
                           "blinkLeft", "Fcl_EYE_Close_L", "Face.M_F00_000_00_Fcl_EYE_Close_L"}) {
    EXPECT_EQ(channel_of(name), shape("eyeBlinkLeft")) << name;
  }
  for (const char* name : {"browInnerUp_L", "browInnerUp_R", "browInnerUp"}) {
    EXPECT_EQ(channel_of(name), shape("browInnerUp")) << name;
  }
}

TEST(AvatarNames, OtherListsStandInForArkits) {
  for (const char* name : {"blinkLeft", "Blink_R", "blink_l", "Fcl_EYE_Close_L"}) {
    EXPECT_TRUE(stands_in(name)) << name;
  }
  for (const char* name : {"eyeBlinkLeft", "EyeBlink_R", "Face.A14_Eye_Blink_Left", "jawOpen", "aa",
                           "blink", "nothing"}) {
    EXPECT_FALSE(stands_in(name)) << name;
  }
}

TEST(AvatarNames, ADirectionIsNoSide) {
  EXPECT_EQ(channel_of("jaw_left"), shape("jawLeft"));
  EXPECT_EQ(channel_of("mouthRight"), shape("mouthRight"));
  EXPECT_EQ(channel_of("jaw_L"), std::nullopt);
  EXPECT_EQ(channel_of("mouth_R"), std::nullopt);
}

TEST(AvatarNames, VisemesVowelsAndMoods) {
  for (size_t i = 0; i < arkit::kVisemeNames.size(); ++i) {
    EXPECT_EQ(channel_of("viseme_" + std::string(arkit::kVisemeNames[i])), kFirstViseme + i);
  }
  EXPECT_EQ(channel_of("vrc.v_ou"), kFirstViseme + 13);
  EXPECT_EQ(channel_of("viseme_sil"), std::nullopt);
  const std::array<std::array<const char*, 5>, 4> vowels{
      {{"A", "I", "U", "E", "O"},
       {"aa", "ih", "ou", "ee", "oh"},
       {"Fcl_MTH_A", "Fcl_MTH_I", "Fcl_MTH_U", "Fcl_MTH_E", "Fcl_MTH_O"},
       {"あ", "い", "う", "え", "お"}}};
  for (const auto& words : vowels) {
    for (size_t i = 0; i < kVowels; ++i)
      EXPECT_EQ(channel_of(words[i]), kFirstVowel + i) << words[i];
  }
  EXPECT_EQ(channel_of("Joy"), kFirstMood);
  EXPECT_EQ(channel_of("Sorrow"), kFirstMood + 2);
  // A part of a mood is none, and a letter in a longer name no vowel.
  EXPECT_EQ(channel_of("Fcl_BRW_Joy"), std::nullopt);
  EXPECT_EQ(channel_of("Group_A"), std::nullopt);
  EXPECT_EQ(channel_of("cheekRaiser_L"), std::nullopt);
  EXPECT_EQ(channel_of(""), std::nullopt);
  EXPECT_EQ(channel_of("__.__"), std::nullopt);
}

TEST(AvatarNames, EveryChannelIsFoundByItsName) {
  for (size_t i = 0; i < kChannels; ++i) {
    if (group_of(i) == Group::kViseme) continue;  // "E" alone is a vowel
    EXPECT_EQ(channel_of(channel_name(i)), i) << channel_name(i);
  }
}

TEST(AvatarNames, Bones) {
  for (const char* name : {"Head", "head", "mixamorig:Head", "CC_Base_Head", "J_Bip_C_Head"}) {
    EXPECT_EQ(bone_of(name), Bone::kHead) << name;
  }
  for (const char* name : {"LeftEye", "eye_L", "CC_Base_L_Eye", "J_Adj_L_FaceEye", "Left_Eye"}) {
    EXPECT_EQ(bone_of(name), Bone::kLeftEye) << name;
  }
  EXPECT_EQ(bone_of("CC_Base_JawRoot"), Bone::kJaw);
  EXPECT_EQ(bone_of("neck_01"), Bone::kNeck);
  EXPECT_EQ(bone_of("HeadTop_End"), std::nullopt);
  EXPECT_EQ(bone_of("Wolf3D_Head"), std::nullopt);
}

}  // namespace
}  // namespace flowtalk::avatar
