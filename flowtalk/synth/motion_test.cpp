#include "flowtalk/synth/motion.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <string>

#include "flowtalk/base/conditions.h"
#include "flowtalk/face/expression_axes.h"
#include "flowtalk/face/face.h"
#include "flowtalk/motion/layout.h"
#include "flowtalk/synth/coarticulation.h"
#include "flowtalk/synth/emotion_pose.h"
#include "flowtalk/synth/lip_model.h"
#include "flowtalk/synth/liveliness.h"
#include "flowtalk/synth/prosody.h"

namespace flowtalk::synth {
namespace {

using data::phone;
using face::axis;

// A hum of the right length: motion needs samples for its prosody only.
audio::Audio hum(double seconds) {
  audio::Audio audio;
  audio.samples.resize(static_cast<size_t>(seconds * audio.rate_hz));
  for (size_t i = 0; i < audio.samples.size(); ++i) {
    audio.samples[i] = 0.3f * static_cast<float>(std::sin(0.05 * static_cast<double>(i)));
  }
  return audio;
}

// Phones of 90 ms each, between pauses of 0.4 s.
std::vector<data::Phone> speech(const std::vector<int>& ids, double each_s = 0.09) {
  std::vector<data::Phone> phones = {{0, 0.4, data::kSilence}};
  for (const int id : ids)
    phones.push_back({phones.back().end_s, phones.back().end_s + each_s, id});
  phones.push_back({phones.back().end_s, phones.back().end_s + 0.4, data::kSilence});
  return phones;
}

std::span<const float> row_of(const tensor::Tensor& motion, int64_t t) {
  return motion.values().subspan(static_cast<size_t>(t * motion::kLive),
                                 static_cast<size_t>(motion::kLive));
}

float gap_mm(std::span<const float> row) {
  static const face::Deformer deformer(face::builtin_face());
  std::vector<float> vertices(static_cast<size_t>(face::builtin_face().vertex_count() * 3));
  const auto frame =
      motion::of_live(tensor::Tensor({1, motion::kLive}, row), face::builtin_face().axes);
  deformer.vertices(face::frame_of(frame, 0), vertices);
  return 1000 * face::lip_gap(face::builtin_face(), vertices);
}

const std::vector<int> kWords = {phone("M"),  phone("AA"), phone("P"),  phone("AE"), phone("B"),
                                 phone("OW"), phone("T"),  phone("AO"), phone("M"),  phone("EH"),
                                 phone("P"),  phone("AY"), phone("B"),  phone("IY")};

tensor::Tensor motion_of(const std::vector<data::Phone>& phones, const MotionOptions& options,
                         int style = 0, uint64_t seed = 5) {
  return live_of(
      make_motion(hum(phones.back().end_s), phones, draw_style(1, style), options, Rng(seed)));
}

TEST(Motion, BilabialsCloseInEveryEmotionAndLevel) {
  const auto phones = speech(kWords);
  for (int emotion = 0; emotion < 8; ++emotion) {
    for (int level = 0; level < 3; ++level) {
      const auto motion = motion_of(
          phones, {emotion, default_conditions().strength_of(level), true}, emotion * 3 + level);
      for (const data::Phone& p : phones) {
        if (!data::is_bilabial(p.id)) continue;
        float least = 100;
        // Lips are ahead of the voice, and part for the burst.
        const auto first = static_cast<int64_t>(std::ceil((p.start_s - 0.06) * flame::kFps));
        for (int64_t t = first; static_cast<double>(t) / flame::kFps < p.end_s; ++t) {
          least = std::min(least, gap_mm(row_of(motion, t)));
        }
        EXPECT_LT(least, 0.6f) << default_conditions().emotions[static_cast<size_t>(emotion)]
                               << " at " << p.start_s;
      }
    }
  }
}

TEST(Motion, OpenVowelsOpenFarBeyondBilabials) {
  const auto phones = speech(kWords, 0.13);
  for (int style = 0; style < 32; ++style) {
    const auto motion = motion_of(phones, {style % 8, 2.0f / 3, true}, style);
    for (const data::Phone& p : phones) {
      if (!data::is_open_vowel(p.id)) continue;
      const auto middle = static_cast<int64_t>((p.start_s + p.end_s) / 2 * flame::kFps);
      EXPECT_GT(gap_mm(row_of(motion, middle)), 3.5f) << data::kPhones[static_cast<size_t>(p.id)];
    }
  }
}

TEST(Motion, VisemesShapeTheLips) {
  const auto peak = [](int id, size_t a) {
    const auto phones = speech({phone("AH"), id, phone("AH")}, 0.15);
    const auto motion = motion_of(phones, {0, 0, false});
    return row_of(motion, static_cast<int64_t>(0.625 * flame::kFps))[a];
  };
  EXPECT_GT(peak(phone("UW"), axis("mouthPucker")), peak(phone("IY"), axis("mouthPucker")) + 0.3f);
  EXPECT_GT(peak(phone("W"), axis("mouthPucker")), 0.4f);
  EXPECT_GT(peak(phone("IY"), axis("mouthStretchLeft")),
            peak(phone("AA"), axis("mouthStretchLeft")));
  EXPECT_GT(peak(phone("F"), axis("mouthRollLower")), 0.2f);
  EXPECT_GT(peak(phone("SH"), axis("mouthFunnel")), 0.2f);
  constexpr auto kJaw = static_cast<size_t>(motion::kJawAt);
  EXPECT_GT(peak(phone("AA"), kJaw), peak(phone("IY"), kJaw) + 0.05f);
  EXPECT_LT(peak(phone("S"), kJaw), 0.07f);
}

TEST(Motion, PausesRestWithClosedLips) {
  const auto phones = speech({phone("AA")});
  const auto motion = motion_of(phones, {0, 0, true});
  EXPECT_LT(gap_mm(row_of(motion, 1)), 0.6f);
  EXPECT_LT(gap_mm(row_of(motion, motion.dim(0) - 1)), 0.6f);
  EXPECT_LT(row_of(motion, motion.dim(0) - 1)[motion::kJawAt], 0.02f);
}

TEST(Motion, NoRestIsWiderThanAClosure) {
  for (int style = 0; style < 32; ++style) {
    const auto phones = speech({phone("AA"), phone("B"), phone("AH")});
    const auto motion = motion_of(phones, {0, 0, true}, style);
    const auto closure =
        static_cast<int64_t>(std::lround((phones[2].start_s + 0.03) * flame::kFps));
    EXPECT_LT(gap_mm(row_of(motion, 2)), gap_mm(row_of(motion, closure))) << style;
  }
}

TEST(Motion, StrengthZeroIsExactlyNeutral) {
  const auto phones = speech(kWords);
  const auto neutral = motion_of(phones, {0, 0, true});
  for (int emotion = 1; emotion < 8; ++emotion) {
    const auto motion = motion_of(phones, {emotion, 0, true});
    EXPECT_TRUE(
        std::equal(motion.values().begin(), motion.values().end(), neutral.values().begin()))
        << emotion;
  }
}

TEST(Motion, EmotionAxesGrowWithLevel) {
  const auto phones = speech(kWords);
  for (int emotion = 1; emotion < 8; ++emotion) {
    double before[motion::kLiveExpression] = {};
    for (int level = -1; level < 3; ++level) {
      const auto motion = motion_of(phones, {emotion, static_cast<float>(level + 1) / 3, true});
      for (const AxisOffset& offset : emotion_pose(emotion).offsets) {
        double mean = 0;
        for (int64_t t = 0; t < motion.dim(0); ++t) mean += row_of(motion, t)[offset.axis];
        if (level >= 0) {
          EXPECT_GT(mean, before[offset.axis]) << emotion << face::kExpressionAxes[offset.axis];
        }
        before[offset.axis] = mean;
      }
    }
  }
}

TEST(Motion, SameSeedSameMotionOtherSeedOther) {
  const auto phones = speech(kWords);
  const auto a = motion_of(phones, {1, 1, true}, 0, 5), b = motion_of(phones, {1, 1, true}, 0, 5),
             c = motion_of(phones, {1, 1, true}, 0, 6);
  EXPECT_TRUE(std::equal(a.values().begin(), a.values().end(), b.values().begin()));
  EXPECT_FALSE(std::equal(a.values().begin(), a.values().end(), c.values().begin()));
}

TEST(Motion, StaysInRangeAndMovesSmoothly) {
  const auto phones = speech(kWords);
  for (int style = 0; style < 32; style += 5) {
    const auto motion = motion_of(phones, {style % 8, 1, true}, style);
    for (int64_t t = 0; t < motion.dim(0); ++t) {
      const auto row = row_of(motion, t);
      for (size_t a = 0; a < 50; ++a) {
        ASSERT_GE(row[a], a == axis("jawLeft") ? -1.0f : 0.0f);
        ASSERT_LE(row[a], 1.0f);
      }
      ASSERT_GE(row[motion::kJawAt], 0.0f);
      if (t > 0) {
        ASSERT_LT(std::abs(row[motion::kJawAt] - row_of(motion, t - 1)[motion::kJawAt]), 0.18f);
      }
    }
  }
}

TEST(LipModel, AgreesWithTheHead) {
  Rng rng(3);
  for (int i = 0; i < 50; ++i) {
    std::array<float, motion::kLive> row{};
    for (const size_t a : {axis("mouthFunnel"), axis("mouthPucker"), axis("mouthSmileLeft"),
                           axis("mouthLowerDownLeft"), axis("mouthUpperUpRight")}) {
      row[a] = static_cast<float>(rng.uniform(0, 0.5));
    }
    row[motion::kJawAt] = static_cast<float>(rng.uniform(0, 0.15));
    EXPECT_NEAR(1000 * gap_of(row), gap_mm(row), 1.0);
    close_lips(row, 1.0f);
    EXPECT_LT(gap_mm(row), 0.8f);
  }
}

TEST(Timing, TheMouthMovesWithItsPhonesToTheFrame) {
  auto phones = speech(kWords);
  for (data::Phone& p : phones) p.start_s += 1, p.end_s += 1;
  phones.front().start_s = 0;
  auto later = phones;
  for (data::Phone& p : later) p.start_s += 0.12, p.end_s += 0.12;
  later.front().start_s = 0;
  const auto a = coarticulate(phones, 85), b = coarticulate(later, 88);
  for (size_t t = 15; t < a.size(); ++t) {  // beyond the edge of the first pause
    EXPECT_NEAR(a[t].jaw, b[t + 3].jaw, 1e-5);
    EXPECT_NEAR(a[t].closure, b[t + 3].closure, 1e-5);
  }
}

TEST(Timing, AFrameKnowsTheVoiceAroundItsMoment) {
  audio::Audio burst;  // 0.9 to 1.1 s
  burst.samples.resize(2 * flame::kAudioHz);
  for (size_t i = 14400; i < 17600; ++i) burst.samples[i] = i % 2 == 0 ? 0.5f : -0.5f;
  const Prosody prosody = measure_prosody(burst);
  EXPECT_FLOAT_EQ(prosody.loudness[25], 1);
  for (size_t k = 1; k <= 6; ++k) {
    EXPECT_FLOAT_EQ(prosody.loudness[25 - k], prosody.loudness[25 + k]) << k;
  }
  EXPECT_LT(prosody.loudness[20], 0.2f);
}

TEST(LipRules, EveryPhoneHasItsRowWithinItsBounds) {
  LipRules rules = lip_rules();
  std::set<std::string> names;
  for (const RuleNumber& number : numbers_of(rules)) {
    EXPECT_TRUE(names.insert(number.name).second) << number.name;
    EXPECT_GE(*number.value, number.lowest) << number.name;
    EXPECT_LE(*number.value, number.highest) << number.name;
  }
  for (const std::string_view phone : data::kPhones) {
    EXPECT_TRUE(names.contains(std::string(phone) + ".jaw")) << phone;
  }
  EXPECT_TRUE(rules.visemes[static_cast<size_t>(phone("AY"))].glides);
  EXPECT_FALSE(rules.visemes[static_cast<size_t>(phone("AA"))].glides);
}

TEST(Liveliness, DriftHasUnitVariance) {
  double sum = 0;
  const auto drift = make_drift(100000, 0.3, Rng(2));
  for (const float v : drift) sum += static_cast<double>(v) * v;
  EXPECT_NEAR(sum / 100000, 1.0, 0.15);
}

TEST(Liveliness, PhrasesRaiseTheBrowsAndLetThemDown) {
  std::vector<float> pause(100, 0.0f);
  for (size_t t = 0; t < 10; ++t) pause[t] = 1;
  const auto raises = make_phrase_raises(pause, Rng(4));
  EXPECT_EQ(raises[9], 0);
  const auto top = std::max_element(raises.begin(), raises.end());
  EXPECT_GT(*top, 0.05f);
  EXPECT_LE(*top, 1.0f);
  EXPECT_LT(top - raises.begin(), 30);
  EXPECT_LT(raises.back(), 0.2f * *top);
}

TEST(SpeakerStyle, SpeakersDifferAndStayThemselves) {
  const SpeakerStyle a = draw_style(1, 0), again = draw_style(1, 0), b = draw_style(1, 1);
  EXPECT_EQ(a.jaw_gain, again.jaw_gain);
  EXPECT_EQ(a.voice.voice, again.voice.voice);
  EXPECT_NE(a.jaw_gain, b.jaw_gain);
}

}  // namespace
}  // namespace flowtalk::synth
