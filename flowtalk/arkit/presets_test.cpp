#include "flowtalk/arkit/presets.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

namespace flowtalk::arkit {
namespace {

size_t preset(std::string_view name) {
  return static_cast<size_t>(std::ranges::find(kPresetNames, name) - kPresetNames.begin());
}

TEST(Presets, AFaceAtRestHasNone) {
  for (const float x : presets_of(Scores{})) EXPECT_EQ(x, 0);
}

TEST(Presets, MouthsAreTheirVowels) {
  struct Case {
    const char* name;
    std::vector<std::pair<const char*, float>> scores;
  };
  const std::vector<Case> cases{
      {"aa", {{"jawOpen", 0.5f}}},
      {"ou", {{"mouthPucker", 0.8f}, {"mouthFunnel", 0.3f}, {"jawOpen", 0.1f}}},
      {"oh", {{"jawOpen", 0.4f}, {"mouthFunnel", 0.6f}, {"mouthPucker", 0.3f}}},
      {"ee", {{"mouthStretchLeft", 0.5f}, {"mouthStretchRight", 0.5f}, {"jawOpen", 0.1f}}}};
  for (const Case& c : cases) {
    Scores scores{};
    for (const auto& [name, value] : c.scores) scores[find_shape(name).value()] = value;
    const Presets presets = presets_of(scores);
    const auto vowels = std::span(presets).first(5);
    EXPECT_EQ(std::ranges::max_element(vowels) - vowels.begin(),
              static_cast<std::ptrdiff_t>(preset(c.name)))
        << c.name;
    EXPECT_GT(presets[preset(c.name)], 0.5f) << c.name;
    EXPECT_LE(std::accumulate(vowels.begin(), vowels.end(), 0.0f), 1.0001f);
    scores[shape("mouthClose")] = scores[shape("jawOpen")];  // shut again
    EXPECT_LT(presets_of(scores)[preset("aa")], 0.05f) << c.name;
  }
}

TEST(Presets, LidsAndMoods) {
  Scores scores{};
  scores[shape("eyeBlinkLeft")] = 0.75f;
  scores[shape("mouthSmileLeft")] = scores[shape("mouthSmileRight")] = 0.385f;  // .07 to .7
  Presets presets = presets_of(scores);
  EXPECT_FLOAT_EQ(presets[preset("blinkLeft")], 0.75f);
  EXPECT_EQ(presets[preset("blinkRight")], 0);
  EXPECT_FLOAT_EQ(presets[preset("happy")], 0.5f);
  EXPECT_EQ(presets[preset("sad")], 0);
  for (const char* name : {"browDownLeft", "browDownRight", "mouthSmileLeft", "mouthSmileRight"}) {
    scores[find_shape(name).value()] = 1;
  }
  presets = presets_of(scores);
  EXPECT_FLOAT_EQ(presets[preset("happy")] + presets[preset("angry")], 1);
  const Presets fewer = presets_of(scores, 0.25f);
  EXPECT_FLOAT_EQ(fewer[preset("angry")], 0.25f * presets[preset("angry")]);
  EXPECT_EQ(fewer[preset("blinkLeft")], presets[preset("blinkLeft")]);
}

// Smiles, brows and lids of neutral speech, of which predictions have 95 in 100 frames below these,
// are no mood: avatars may stop their mouths from the least of one on.
TEST(Presets, NeutralSpeechHasNoMood) {
  Scores scores{};
  const auto put = [&](const std::string& stem, float value) {
    for (const char* side : {"Left", "Right"}) scores[find_shape(stem + side).value()] = value;
  };
  put("mouthSmile", 0.04f);
  put("browDown", 0.11f);
  put("mouthFrown", 0.03f);
  put("browOuterUp", 0.2f);
  put("eyeWide", 0.2f);
  const Presets presets = presets_of(scores);
  for (const char* mood : {"happy", "angry", "sad", "surprised"}) {
    EXPECT_EQ(presets[preset(mood)], 0) << mood;
  }
  put("browOuterUp", 0.5f);
  put("eyeWide", 0.5f);
  EXPECT_GT(presets_of(scores)[preset("surprised")], 0.4f);
}

}  // namespace
}  // namespace flowtalk::arkit
