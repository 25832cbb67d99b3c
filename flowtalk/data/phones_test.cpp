#include "flowtalk/data/phones.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <string>

#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/base/rng.h"
#include "flowtalk/data/augment.h"
#include "flowtalk/data/phone_clips.h"
#include "tests/scratch_folder.h"

namespace flowtalk::data {
namespace {

namespace fs = std::filesystem;

TEST(Phones, EveryNameMapsToItself) {
  std::set<int> ids;
  for (const std::string_view name : kPhones) {
    const int id = find_phone(name);
    EXPECT_EQ(kPhones[static_cast<size_t>(id)], name);
    ids.insert(id);
  }
  EXPECT_EQ(ids.size(), static_cast<size_t>(kPhoneCount));
}

TEST(Phones, ForeignNamesMapSensibly) {
  EXPECT_EQ(find_phone("ax"), phone("AH"));
  EXPECT_EQ(find_phone("pau"), kSilence);
  EXPECT_EQ(find_phone("AA1"), phone("AA"));
  EXPECT_EQ(find_phone("+NOISE+"), kSilence);
  EXPECT_EQ(find_phone("qqq"), -1);
  EXPECT_EQ(phone_of_name("qqq"), phone("AH"));
}

TEST(Phones, EspeakMnemonicsMap) {
  using Ids = std::vector<int>;
  EXPECT_EQ(phones_of_espeak("tS"), Ids{phone("CH")});
  EXPECT_EQ(phones_of_espeak("O@"), (Ids{phone("AO"), phone("R")}));
  EXPECT_EQ(phones_of_espeak("I2"), Ids{phone("IH")});
  EXPECT_EQ(phones_of_espeak("n-"), Ids{phone("N")});
  EXPECT_EQ(phones_of_espeak("a#"), Ids{phone("AH")});
  EXPECT_EQ(phones_of_espeak("_:"), Ids{kSilence});
  EXPECT_TRUE(phones_of_espeak("?").empty());
  EXPECT_EQ(phones_of_espeak("pq"), Ids{phone("P")}) << "by its first known letter";
  EXPECT_EQ(phones_of_espeak("ts."), Ids{phone("CH")}) << "not ts with a mark";
  EXPECT_EQ(phones_of_espeak("B"), Ids{phone("B")}) << "a Spanish b between vowels";
  EXPECT_EQ(phones_of_espeak("y"), Ids{phone("UW")}) << "rounded in French";
  EXPECT_EQ(phones_of_espeak("y", "ru"), Ids{phone("IH")}) << "spread in Russian";
  EXPECT_TRUE(phones_of_espeak("(en)").empty());
  EXPECT_EQ(phones_of_espeak("\xff"), Ids{phone("AH")});
}

TEST(Phones, ClassesDoNotOverlap) {
  for (int id = 0; id < kPhoneCount; ++id) {
    EXPECT_FALSE(is_bilabial(id) && is_vowel(id));
    if (is_open_vowel(id)) {
      EXPECT_TRUE(is_vowel(id));
    }
  }
  EXPECT_FALSE(is_vowel(kSilence));
}

TEST(Phones, TidyFillsGapsAndJoins) {
  const auto tidy =
      tidy_phones({{0.1, 0.2, phone("M")}, {0.2, 0.3, phone("M")}, {0.4, 0.9, phone("AA")}}, 0.8);
  ASSERT_EQ(tidy.size(), 4u);
  EXPECT_EQ(tidy[0], (Phone{0.0, 0.1, kSilence}));
  EXPECT_EQ(tidy[1], (Phone{0.1, 0.3, phone("M")}));
  EXPECT_EQ(tidy[2].id, kSilence);
  EXPECT_DOUBLE_EQ(tidy[3].end_s, 0.8);
}

TEST(FrameTargets, FrameCentresFollowTheEncoder) {
  const std::vector<Phone> phones = {{0, 0.0325, phone("M")}, {0.0325, 0.1, phone("AA")}};
  // centres 0.0125 0.0325 0.0525 0.0725 0.0925 0.1125
  EXPECT_EQ(frame_targets(phones, 6), (std::vector<int>{phone("M"), phone("AA"), phone("AA"),
                                                        phone("AA"), phone("AA"), kSilence}));
}

class LabelFile : public ::testing::Test {
 protected:
  tests::ScratchFolder folder_;
  const fs::path path_ = folder_ / "a.lab";
};

TEST_F(LabelFile, RoundTrip) {
  const std::vector<Phone> phones = {{0, 0.25, kSilence}, {0.25, 0.5, phone("ZH")}};
  save_phones(path_, phones);
  EXPECT_EQ(load_phones(path_), phones);
}

TEST_F(LabelFile, ErrorsNameTheLine) {
  for (const char* text : {"0 1 M\n1 oops\n", "0 1 M\n1 2 XX\n", "0 1 M\n0.2 0.4 AA\n"}) {
    save_file(path_, text);
    try {
      load_phones(path_);
      ADD_FAILURE() << text;
    } catch (const Error& e) {
      EXPECT_NE(std::string(e.what()).find(":2:"), std::string::npos) << e.what();
    }
  }
}

// A short tone at a known time.
PhoneClip blip_clip() {
  PhoneClip clip;
  clip.audio.samples.assign(16000, 0.0f);
  for (int i = 0; i < 160; ++i) {
    clip.audio.samples[static_cast<size_t>(8000 + i)] =
        0.8f * static_cast<float>(std::sin(0.4 * i));
  }
  clip.phones = {{0, 0.5, kSilence}, {0.5, 0.51, phone("P")}, {0.51, 1.0, kSilence}};
  return clip;
}

double loudest_s(const PhoneClip& clip) {
  const auto& x = clip.audio.samples;
  double best = -1;
  size_t at = 0;
  for (size_t i = 0; i + 160 < x.size(); i += 16) {
    double sum = 0;
    for (size_t j = i; j < i + 160; ++j) sum += static_cast<double>(x[j]) * x[j];
    if (sum > best) best = sum, at = i;
  }
  return static_cast<double>(at) / clip.audio.rate_hz;
}

TEST(Augment, LabelsFollowTheSound) {
  const PhoneClip clip = blip_clip();
  const AugmentOptions all{.rate = 1, .room = 1, .tilt = 1, .telephone = 0.5, .noise = 1};
  for (uint64_t seed = 0; seed < 20; ++seed) {
    const PhoneClip changed = augment(clip, Rng(seed), all, clip.audio.samples);
    EXPECT_NEAR(changed.phones[1].start_s, loudest_s(changed), 0.006) << seed;
    EXPECT_NEAR(changed.phones.back().end_s, changed.audio.duration_s(), 1e-3);
  }
}

TEST(Augment, SameRngSameSamplesAndWithinRange) {
  const PhoneClip clip = blip_clip();
  for (uint64_t seed = 0; seed < 10; ++seed) {
    const PhoneClip a = augment(clip, Rng(seed)), b = augment(clip, Rng(seed));
    EXPECT_EQ(a.audio.samples, b.audio.samples);
    for (const float v : a.audio.samples) ASSERT_LE(std::abs(v), 1.0f);
  }
}

TEST(ChangeRate, KeepsAToneAndRemovesAliases) {
  std::vector<float> tone(8000), hiss(8000);
  for (size_t i = 0; i < tone.size(); ++i) {
    tone[i] = static_cast<float>(std::sin(0.3 * static_cast<double>(i)));
    hiss[i] = static_cast<float>(std::sin(2.8 * static_cast<double>(i)));
  }
  const auto slower = change_rate(tone, 0.8);
  ASSERT_EQ(slower.size(), 10000u);
  for (size_t i = 100; i < 9900; ++i) {
    ASSERT_NEAR(slower[i], std::sin(0.24 * static_cast<double>(i)), 5e-3);
  }
  const auto halved = change_rate(hiss, 2.0);  // above the new Nyquist frequency: must vanish
  for (size_t i = 50; i < halved.size() - 50; ++i) ASSERT_LT(std::abs(halved[i]), 0.02f);
}

}  // namespace
}  // namespace flowtalk::data
