#include "flowtalk/perform/heard.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "flowtalk/perform/test_voice.h"

namespace flowtalk::perform {
namespace {

using tests::test_voice;
using tests::TestVoice;

TEST(Ear, HearsPhrasesPausesAndStresses) {
  const TestVoice voice = test_voice(3000);
  const auto moments = moments_of(voice.sounds, 3000);
  int64_t begins = 0, pauses = 0, speaking = 0, found = 0, stresses = 0;
  for (size_t t = 0; t < moments.size(); ++t) {
    begins += moments[t].begins;
    pauses += moments[t].pauses;
    speaking += moments[t].speaking;
    if (moments[t].stress <= 0) continue;
    ++stresses;
    const auto at = static_cast<int64_t>(t) + kStressAhead;
    found += std::ranges::any_of(voice.stresses, [&](int64_t s) { return std::abs(s - at) <= 2; });
  }
  EXPECT_NEAR(static_cast<double>(begins), static_cast<double>(pauses), 1);
  EXPECT_GT(begins, 25);
  EXPECT_NEAR(static_cast<double>(speaking) / 3000, 0.8, 0.1);
  EXPECT_GT(found, 0.8 * static_cast<double>(stresses));
  EXPECT_GT(found, 0.5 * static_cast<double>(voice.stresses.size()));
}

TEST(Ear, TellsOfAFrameByNoMoreThanItsLookAhead) {
  const auto whole = test_voice(400).sounds;
  const auto all = moments_of(whole, 400);
  for (const int64_t frames : {60, 133, 250}) {
    const std::vector<Sound> first(whole.begin(), whole.begin() + frames);
    const auto some = moments_of(first, frames);
    ASSERT_EQ(some.size(), static_cast<size_t>(frames));
    for (size_t t = 0; t + kLookAhead < some.size(); ++t) {
      EXPECT_EQ(some[t].loudness, all[t].loudness) << t;
      EXPECT_EQ(some[t].speaking, all[t].speaking) << t;
      EXPECT_EQ(some[t].stress, all[t].stress) << t;
      EXPECT_EQ(some[t].begins, all[t].begins) << t;
      EXPECT_EQ(some[t].pauses, all[t].pauses) << t;
      EXPECT_EQ(some[t].loud, all[t].loud) << t;
    }
  }
}

TEST(Ear, AHumIsNoVoice) {
  audio::Audio hum, voice;
  for (int i = 0; i < 5 * flame::kAudioHz; ++i) {
    const double t = i / double{flame::kAudioHz};
    const double tone = std::sin(2 * std::numbers::pi * 120 * t);
    hum.samples.push_back(static_cast<float>(0.1 * tone));
    voice.samples.push_back(
        static_cast<float>(0.3 * tone * std::pow(std::sin(2 * std::numbers::pi * 2 * t), 2)));
  }
  const auto speaks = [](const audio::Audio& sound) {
    const auto moments = moments_of(listen(sound), 125);
    return std::ranges::count_if(moments, [](const Moment& m) { return m.speaking; });
  };
  EXPECT_EQ(listen(hum).size(), 125u);
  EXPECT_EQ(speaks(hum), 0);
  EXPECT_GT(speaks(voice), 60);
  EXPECT_NEAR(listen(voice)[3].pitch_hz, 120, 4);
}

}  // namespace
}  // namespace flowtalk::perform
