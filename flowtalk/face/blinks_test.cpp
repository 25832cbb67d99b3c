#include "flowtalk/face/blinks.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "flowtalk/face/builtin/lids.h"
#include "flowtalk/face/expression_axes.h"
#include "flowtalk/face/face.h"
#include "flowtalk/motion/layout.h"

namespace flowtalk::face {
namespace {

constexpr size_t kLeft = axis("eyeBlinkLeft"), kRight = axis("eyeBlinkRight");

std::vector<float> drawn(float per_minute, int64_t frames, uint64_t seed) {
  return make_blinks(std::vector<float>(static_cast<size_t>(frames)), blink_hazard(per_minute),
                     Rng(seed));
}

// A face whose lids hang at `usual` and blink as drawn.
motion::Motion blinking(const std::vector<float>& lids, float usual) {
  auto live = tensor::Tensor::zeros({static_cast<int64_t>(lids.size()), motion::kLive});
  for (size_t t = 0; t < lids.size(); ++t) {
    const auto row = live.values().subspan(t * motion::kLive, motion::kLive);
    row[kLeft] = row[kRight] = usual;
    blink(row, {lids[t], lids[t]});
  }
  return motion::of_live(live, motion::Axes::kBuiltin);
}

TEST(Blinks, ComeAsOftenAsAskedAndMoreOftenInPauses) {
  const int64_t frames = 25 * 3600;
  for (const float rate : {5.0f, 19.0f, 40.0f}) {
    const auto count = static_cast<double>(count_blinks(blinking(drawn(rate, frames, 1), 0)));
    EXPECT_NEAR(count / 60, rate, 0.1 * rate);
  }
  EXPECT_EQ(count_blinks(blinking(drawn(0, frames, 1), 0)), 0);
  const std::vector<float> talking(25 * 600, 0.0f), pausing(25 * 600, 1.0f);
  const auto count = [](const std::vector<float>& pause) {
    return count_blinks(blinking(make_blinks(pause, 0.3f, Rng(1)), 0));
  };
  EXPECT_GT(count(pausing), 2 * count(talking));
}

// Numbers as a voice's loudness gives them.
std::vector<int> some_voice(size_t frames, uint64_t which) {
  Rng rng = Rng(99).fork(which);
  std::vector<int> voice(frames);
  for (int& level : voice) level = static_cast<int>(rng.integer(-60, -10));
  return voice;
}

constexpr size_t kTwoSeconds = 50;

TEST(DrawnBlinks, EveryStretchOfEveryVoiceHasItsShare) {
  constexpr int kVoices = 20000;
  constexpr double kPerMinute = 19, kPerFrame = kPerMinute / 60 / flame::kFps;
  std::vector<double> begins(kTwoSeconds, 0);  // by frame, over all voices
  int blinking = 0;
  for (int v = 0; v < kVoices; ++v) {
    const auto lids = draw_blinks(kTwoSeconds, kPerMinute,
                                  some_voice(kTwoSeconds, static_cast<uint64_t>(v)), Rng(0));
    bool any = false;
    for (size_t t = 0; t < lids.size(); ++t) {
      const bool begin = lids[t] > 0 && (t == 0 || lids[t - 1] == 0);
      begins[t] += begin ? 1 : 0;
      any |= begin;
    }
    blinking += any ? 1 : 0;
  }
  double all = 0;
  for (const double count : begins) all += count;
  EXPECT_NEAR(all / kVoices, 2 * kPerMinute / 60, 0.02);
  const auto share = [&](size_t first, size_t last) {
    double sum = 0;
    for (size_t t = first; t < last; ++t) sum += begins[t];
    return sum / kVoices / static_cast<double>(last - first);
  };
  EXPECT_NEAR(share(0, 10), kPerFrame, 0.08 * kPerFrame);
  EXPECT_NEAR(share(20, 30), kPerFrame, 0.08 * kPerFrame);
  EXPECT_NEAR(share(40, 50), kPerFrame, 0.08 * kPerFrame);
  // A renewal process that has run all along: after a blink 0.725 s without, then hazard h, so that
  // the chance of none in T seconds is rate / h exp(-h (T - 0.725)).
  const double hazard = blink_hazard(kPerMinute);
  const double none = kPerMinute / 60 / hazard * std::exp(-hazard * (2 - 0.725));
  EXPECT_NEAR(static_cast<double>(blinking) / kVoices, 1 - none, 0.02);
}

TEST(DrawnBlinks, KeepTheirRateAndTheirDistance) {
  for (const float rate : {5.0f, 19.0f, 40.0f, 60.0f}) {
    const auto lids = draw_blinks(25 * 3600, rate, some_voice(25 * 3600, 1), Rng(3));
    const auto count = static_cast<double>(count_blinks(blinking(lids, 0)));
    EXPECT_NEAR(count / 60, rate, 0.1 * rate);
    int64_t open = 100;  // frames since the last lid
    for (const float lid : lids) {
      EXPECT_TRUE(lid == 0 || open == 0 || open >= 11) << open;  // 0.5 s, less the last lid's tail
      open = lid > 0 ? 0 : open + 1;
    }
  }
  EXPECT_EQ(draw_blinks(100, 0, {}, Rng(1)), std::vector<float>(100, 0.0f));
}

TEST(DrawnBlinks, AreThoseOfTheVoiceAndTheSeedAsItComes) {
  const auto voice = some_voice(500, 1);
  const auto all = draw_blinks(500, 30, voice, Rng(7));
  EXPECT_EQ(draw_blinks(500, 30, voice, Rng(7)), all);
  EXPECT_NE(draw_blinks(500, 30, voice, Rng(8)), all);
  EXPECT_NE(draw_blinks(500, 30, some_voice(500, 2), Rng(7)), all);
  for (const size_t heard : {1u, 123u, 499u}) {
    const auto some =
        draw_blinks(static_cast<int64_t>(heard), 30, std::span(voice).first(heard), Rng(7));
    EXPECT_TRUE(std::equal(some.begin(), some.end(), all.begin())) << heard;
  }
}

TEST(Blinks, TheFirstFramesDoNotDependOnHowManyFollow) {
  const auto all = drawn(30, 1000, 7);
  for (const int64_t frames : {1, 300, 777}) {
    const auto some = drawn(30, frames, 7);
    // A blink that begins before the cut is the same up to it.
    EXPECT_TRUE(std::equal(some.begin(), some.end(), all.begin())) << frames;
  }
  EXPECT_NE(drawn(30, 1000, 8), all);
}

TEST(Blinks, ShutTheEyesAndNothingElse) {
  std::vector<float> row(motion::kLive, 0.25f);
  blink(row, {0.9f, 0.0f});
  EXPECT_EQ(row[kLeft], 0.9f);
  EXPECT_EQ(row[kRight], 0.25f);
  EXPECT_NEAR(row[axis("eyeWideLeft")], 0.025f, 1e-6);
  EXPECT_NEAR(row[axis("eyeSquintLeft")], 0.025f, 1e-6);
  row[kLeft] = row[axis("eyeWideLeft")] = row[axis("eyeSquintLeft")] = 0.25f;
  EXPECT_EQ(row, std::vector<float>(motion::kLive, 0.25f));
  std::fill(row.begin(), row.end(), -0.01f);
  blink(row, {0, 0});
  EXPECT_EQ(row, std::vector<float>(motion::kLive, -0.01f));
}

// Every axis around the eyes, to both ends: the margins meet.
TEST(Blinks, ShutTheEyesWhateverElseTheFaceDoes) {
  const Deformer deformer(builtin_face());
  std::vector<float> vertices(static_cast<size_t>(builtin_face().rest.size()));
  for (size_t k = 2; k <= axis("noseSneerRight"); ++k) {
    for (const float value : {-0.3f, 0.7f, 1.25f}) {
      std::vector<float> row(motion::kLiveExpression, 0.0f);
      row[k] = value;
      row[axis("browOuterUpLeft")] = 0.8f;
      blink_shut(row, {1, 1});
      FaceFrame frame;
      frame.expression = row;
      deformer.vertices(frame, vertices);
      for (const bool left : {true, false}) {
        const LidOpening& eye = builtin_lid_opening(left);
        EXPECT_LT(vertices[3 * eye.upper + 1] - vertices[3 * eye.lower + 1], 2e-5f)
            << kExpressionAxes[k] << " " << value;
      }
    }
  }
  EXPECT_NEAR(builtin_lid_opening(true).rest, 0.0108f, 5e-4f);
  EXPECT_NEAR(builtin_lid_opening(true).per_axis[axis("eyeWideLeft")], 0.0032f, 1e-4f);
  EXPECT_EQ(builtin_lid_opening(true).per_axis[axis("eyeWideRight")], 0);
}

TEST(Blinks, ALidBeyondOneTurnsNothingNegative) {
  std::vector<float> row(motion::kLive, 0.25f);
  blink(row, {1.8f, 1.8f});
  EXPECT_EQ(row[kLeft], 1.8f);
  EXPECT_EQ(row[axis("eyeSquintRight")], 0);
  EXPECT_EQ(row[axis("eyeWideLeft")], 0);
}

TEST(Blinks, AreFoundWhereverTheLidsHang) {
  const auto lids = drawn(20, 25 * 120, 3);
  for (const float usual : {0.0f, 0.18f, 0.35f}) {
    const auto motion = blinking(lids, usual);
    const auto found = find_blinks(motion);
    ASSERT_EQ(found.size(), lids.size());
    auto again = tensor::Tensor::zeros({motion.frames(), motion::kLive});
    for (size_t t = 0; t < found.size(); ++t) {
      const auto row = again.values().subspan(t * motion::kLive, motion::kLive);
      blink_shut(row, found[t]);
      if (lids[t] <= usual) {
        EXPECT_EQ(found[t].left, 0) << t;
      }
      EXPECT_LE(found[t].left, std::max(lids[t], usual) + 0.01f) << t;
      if (lids[t] > 0.7f) {
        EXPECT_NEAR(found[t].left, lids[t], 0.01f) << t;
      }
    }
    EXPECT_EQ(count_blinks(motion::of_live(again, motion::Axes::kBuiltin)), count_blinks(motion))
        << usual;
    EXPECT_GT(count_blinks(motion), 30);
  }
}

TEST(Blinks, AWinkIsKeptOnItsSideAndLowLidsAreNoBlink) {
  auto live = tensor::Tensor::zeros({100, motion::kLive});
  for (int64_t t = 0; t < 100; ++t) {
    live[t * motion::kLive + static_cast<int64_t>(kRight)] =
        0.3f + 0.05f * std::sin(0.3f * static_cast<float>(t));
  }
  for (int64_t t = 40; t < 48; ++t) live[t * motion::kLive + static_cast<int64_t>(kLeft)] = 0.9f;
  const auto motion = motion::of_live(live, motion::Axes::kBuiltin);
  const auto found = find_blinks(motion);
  EXPECT_NEAR(found[44].left, 0.9f, 0.01f);
  for (const Lids& lids : found) EXPECT_EQ(lids.right, 0);
  EXPECT_EQ(count_blinks(motion), 0);
}

TEST(Blinks, EyesThatStayShutStayShut) {
  const std::vector<float> asleep(50, 1.0f);
  const auto found = find_blinks(blinking(asleep, 0));
  for (const Lids& lids : found) EXPECT_NEAR(lids.left, 1, 0.01f);
  EXPECT_EQ(count_blinks(blinking(asleep, 0)), 0);
}

}  // namespace
}  // namespace flowtalk::face
