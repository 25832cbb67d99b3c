#include "flowtalk/evaluate/lips.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "flowtalk/base/error.h"
#include "flowtalk/base/rng.h"
#include "flowtalk/face/expression_axes.h"
#include "flowtalk/motion/layout.h"

namespace flowtalk::evaluate {
namespace {

TEST(RocAuc, KnownCases) {
  EXPECT_EQ(roc_auc({0, 1}, {2, 3}), 1.0);
  EXPECT_EQ(roc_auc({2, 3}, {0, 1}), 0.0);
  EXPECT_EQ(roc_auc({1, 1}, {1, 1}), 0.5);
  EXPECT_EQ(roc_auc({0, 2}, {1, 3}), 0.75);
  EXPECT_FALSE(roc_auc({}, {1}).has_value());
}

// Alternating bilabials and open vowels whose gaps come `late` frames after the sound.
LipRecording recording(int late, uint64_t seed) {
  Rng rng(seed);
  LipRecording r{"test", {}, {}};
  for (int64_t t = 0; t < 200; ++t) {
    r.classes.push_back(rng.chance(0.5) ? LipClass::kBilabial : LipClass::kOpen);
  }
  for (int64_t t = 0; t < 200; ++t) {
    const bool open =
        r.classes[static_cast<size_t>(std::max<int64_t>(0, t - late))] == LipClass::kOpen;
    r.gap.push_back(open ? 0.01f : 0.0f);
  }
  return r;
}

TEST(CheckLips, FindsTheOffset) {
  for (int late = 0; late <= 3; ++late) {
    const std::vector<LipRecording> all = {recording(late, 1), recording(late, 2)};
    const LipReport report = check_lips(all);
    EXPECT_EQ(report.offset_frames, late);
    EXPECT_GT(*report.pooled.auc, 0.99);
    EXPECT_EQ(report.files.size(), 2u);
  }
}

TEST(CheckLips, ShuffledIsChance) {
  LipRecording r = recording(0, 3);
  Rng rng(4);
  rng.shuffle(r.gap);
  const std::vector<LipRecording> all = {r};
  EXPECT_NEAR(*check_lips(all).pooled.auc, 0.5, 0.15);
}

TEST(CheckLips, NothingToCompareFails) {
  const std::vector<LipRecording> all = {{"silence", {0, 0}, {LipClass::kOther, LipClass::kOther}}};
  EXPECT_THROW(check_lips(all), Error);
}

TEST(LipClasses, FramesAreSampledAtTheirTime) {
  using data::phone;
  const std::vector<data::Phone> phones = {{0, 0.05, phone("B")}, {0.05, 0.13, phone("AA")}};
  EXPECT_EQ(lip_classes(phones, 5),
            (std::vector<LipClass>{LipClass::kBilabial, LipClass::kBilabial, LipClass::kOpen,
                                   LipClass::kOpen, LipClass::kOther}));
}

TEST(LipGaps, FollowTheJaw) {
  tensor::Tensor motion = tensor::Tensor::zeros({3, motion::kLive});
  for (int64_t t = 0; t < 3; ++t) {
    motion[t * motion::kLive + motion::kJawAt] = 0.1f * static_cast<float>(t);
  }
  const auto gaps = lip_gaps(motion::of_live(motion, motion::Axes::kBuiltin));
  EXPECT_LT(gaps[0], 1e-3f);
  EXPECT_GT(gaps[1], gaps[0] + 3e-3f);
  EXPECT_GT(gaps[2], gaps[1] + 3e-3f);
}

TEST(MeasureLips, RunsOnAnySound) {
  if (!data::find_speech_models())
    GTEST_SKIP() << "skipped: no speech model here; install pocketsphinx-en-us";
  audio::Audio noise;
  Rng rng(1);
  for (int i = 0; i < 16000; ++i) noise.samples.push_back(static_cast<float>(0.1 * rng.normal()));
  data::PhoneRecognizer recognizer;
  const auto still =
      motion::of_live(tensor::Tensor::zeros({25, motion::kLive}), motion::Axes::kBuiltin);
  const auto r = measure_lips("noise", noise, still, recognizer);
  EXPECT_EQ(r.gap.size(), 25u);
  EXPECT_EQ(r.classes.size(), 25u);
}

}  // namespace
}  // namespace flowtalk::evaluate
