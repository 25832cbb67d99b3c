#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "flowtalk/encoder/hubert_config.h"
#include "flowtalk/encoder/speech_features.h"
#include "flowtalk/encoder/waveform.h"

namespace flowtalk::encoder {
namespace {

TEST(HubertConfig, FrameFacts) {
  const HubertConfig base;
  EXPECT_EQ(base.hop_samples(), 320);
  EXPECT_EQ(base.receptive_samples(), 400);
  EXPECT_EQ(base.frames(16000), 49);
  EXPECT_EQ(base.frames(399), 0);
  EXPECT_EQ(base.frames(400), 1);
}

TEST(HubertConfig, ContradictionsAreNamed) {
  HubertConfig c = small_hubert();
  c.check("ok");
  c.conv_kernel.pop_back();
  EXPECT_THROW(c.check("config.json"), Error);
  c = small_hubert();
  c.num_attention_heads = 5;
  EXPECT_THROW(c.check("config.json"), Error);
  c = HubertConfig();
  c.conv_dim = c.conv_kernel = c.conv_stride = std::vector<int>(16, 16);  // a hop of 2^64 samples
  EXPECT_THROW(c.check("config.json"), Error);
}

TEST(Waveform, PadsToTwoFramesPerMotionFrame) {
  const HubertConfig c;
  for (int64_t samples = 1; samples < 40000; samples += 37) {
    const std::vector<float> x(static_cast<size_t>(samples), 0.5f);
    const auto padded = pad_for_pairs(x);
    const int64_t frames = c.frames(static_cast<int64_t>(padded.size()));
    EXPECT_EQ(frames, 2 * motion_frames(samples));
    EXPECT_LE(
        std::abs(static_cast<double>(frames) / 2 - 25.0 * static_cast<double>(samples) / 16000),
        1.0);
  }
}

TEST(Waveform, NormalisedToZeroMeanUnitVariance) {
  std::vector<float> x;
  for (int i = 0; i < 1000; ++i) x.push_back(0.3f + 0.01f * static_cast<float>(i % 17));
  double sum = 0, squares = 0;
  for (const float v : normalise(x)) {
    sum += v;
    squares += v * v;
  }
  EXPECT_NEAR(sum / 1000, 0, 1e-4);
  EXPECT_NEAR(squares / 1000, 1, 1e-3);
  for (const float v : normalise(std::vector<float>(100, 0.25f))) EXPECT_EQ(v, 0.0f);
}

TEST(Loudness, IsInWholeDecibelsPerMotionFrame) {
  std::vector<float> samples(3 * 640 + 400, 0.0f);
  std::fill(samples.begin() + 640, samples.begin() + 1280, 0.1f);
  std::fill(samples.begin() + 1280, samples.end(), 0.5f);
  const std::vector<int> expected = {-99, -20, -7, -9};  // the last frame is 400 of 640 samples
  EXPECT_EQ(loudness_of(samples), expected);
  EXPECT_EQ(loudness_of(std::span(samples).first(1280)), std::vector<int>({-99, -20}));
}

}  // namespace
}  // namespace flowtalk::encoder
