#include <gmock/gmock.h>

#include <algorithm>
#include <vector>

#include "flowtalk/base/rng.h"
#include "flowtalk/encoder/hubert_config.h"
#include "flowtalk/encoder/speech_features.h"
#include "flowtalk/encoder/waveform.h"
#include "flowtalk/params/native_params.h"
#include "tests/refusal.h"

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

TEST(HubertConfig, WhatDoesNotFitALiveOneIsRefused) {
  using ::testing::HasSubstr;
  const auto why = [](const char* json) {
    HubertConfig c = small_hubert();
    return tests::refusal([&] {
      from_json(parse_json(json, "json"), c, "x");
      c.check("x");
    });
  };
  EXPECT_EQ(why(R"({"normalisation": "running", "num_conv_pos_right": 4, "attention_block": 4,
                    "attention_left": 200})"),
            "was taken");
  EXPECT_THAT(why(R"({"num_conv_pos_right": 32})"), HasSubstr("below num_conv_pos_embeddings 32"));
  EXPECT_THAT(why(R"({"attention_left": 8})"), HasSubstr("8 without attention_block"));
  EXPECT_THAT(why(R"({"attention_block": 4, "attention_left": 6})"),
              HasSubstr("a multiple of attention_block 4, got 6"));
  EXPECT_THAT(why(R"({"normalisation": "running", "do_normalize": false})"),
              HasSubstr("running needs do_normalize true"));
  EXPECT_THAT(why(R"({"normalisation": "runing"})"), HasSubstr("did you mean 'running'?"));
  EXPECT_THAT(why(R"({"normalisation": "running", "conv_stride": [5, 2, 2, 2, 2, 2, 1]})"),
              HasSubstr("a hop of 320 samples, conv_stride makes 160"));
}

// Attention in blocks, in windows as in one piece, and nothing that follows a block is seen.
TEST(HubertInBlocks, WindowsChangeNoBits) {
  HubertConfig c = small_hubert();
  c.conv_dim = {8, 8, 8, 8, 8, 8, 8};
  c.hidden_size = 16;
  c.intermediate_size = 32;
  c.num_hidden_layers = 2;
  c.num_conv_pos_embeddings = 8;
  c.num_conv_pos_right = 3;
  c.attention_block = 4;
  c.attention_left = 8;
  ThreadPool pool(2);
  ops::NativeOps ops(pool);
  params::FreshParams fresh(2);
  const NativeHubert hubert(params::Scope<ops::NativeOps>(fresh), c);
  std::vector<float> wave(203 * 320 + 80);
  Rng rng(4);
  for (float& v : wave) v = static_cast<float>(rng.normal());
  const auto whole = encode_last(ops, hubert, wave);
  ASSERT_EQ(whole.dim(0), 203);
  const auto cut = encode_last(ops, hubert, wave, Windows{.whole = 50, .window = 30, .context = 2});
  EXPECT_TRUE(std::equal(whole.values().begin(), whole.values().end(), cut.values().begin()));
  // Frame 99 ends a block: with its three frames ahead the future is not seen.
  const auto shorter = encode_last(ops, hubert, std::span(wave).first(102 * 320 + 400));
  EXPECT_TRUE(std::equal(whole.data(), whole.data() + 100 * 16, shorter.data()));
  EXPECT_FALSE(
      std::equal(whole.data() + 100 * 16, whole.data() + 103 * 16, shorter.data() + 100 * 16));
}

TEST(Waveform, PadsToTwoFramesPerMotionFrame) {
  HubertConfig c;
  c.do_normalize = false;
  for (int64_t samples = 1; samples < 40000; samples += 37) {
    const std::vector<float> x(static_cast<size_t>(samples), 0.5f);
    const auto padded = waveform_of(x, 2 * motion_frames(samples), c);
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
