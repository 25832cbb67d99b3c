#include <gmock/gmock.h>

#include <algorithm>
#include <vector>

#include "flowtalk/base/rng.h"
#include "flowtalk/encoder/hubert_config.h"
#include "flowtalk/encoder/speech_features.h"
#include "flowtalk/encoder/waveform.h"
#include "flowtalk/params/native_params.h"
#include "tests/refusal.h"
#include "tests/turning_encoder.h"

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
  EXPECT_THAT(why(R"({"rotary_dims": 50})"), HasSubstr("at most the 48 values of a head, got 50"));
  EXPECT_THAT(why(R"({"conv_past": 400})"), HasSubstr("a frame sees 400 samples"));
  EXPECT_THAT(why(R"({"conv_dilation": [1, 2]})"), HasSubstr("as long as conv_dim (7), got 2"));
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

// The stem that is computed where its taps lie is the stem computed everywhere; frames reach back
// as far as said, and windows change no bits.
TEST(HubertOfTaps, HearsWhatEveryFrameWouldTell) {
  HubertConfig c = small_hubert();
  tests::give_turning_encoder(c);
  c.hidden_size = 16;
  c.intermediate_size = 32;
  c.num_hidden_layers = 2;
  c.num_conv_pos_embeddings = 8;
  c.num_conv_pos_right = 2;
  c.attention_block = 4;
  c.attention_left = 12;
  c.normalisation = Normalisation::kRunning;
  c.check("config");
  EXPECT_EQ(c.hop_samples(), 320);
  EXPECT_EQ(c.receptive_samples(), 895);
  EXPECT_EQ(c.first_samples(), 400);
  ThreadPool pool(1);
  ops::NativeOps ops(pool);
  params::FreshParams fresh(2);
  const NativeHubert hubert(params::Scope<ops::NativeOps>(fresh), c);
  std::vector<float> wave(103 * 320 + 80);
  Rng rng(4);
  for (float& v : wave) v = static_cast<float>(0.1 * rng.normal());
  const auto samples = std::ssize(wave);
  const auto local = hubert.local_features(ops, ops.constant({1, samples}, wave));
  std::vector<float> padded(495, 0.0f);
  padded.insert(padded.end(), wave.begin(), wave.end());
  auto every = ops.constant({1, std::ssize(padded), 1}, padded);
  for (const auto& conv : hubert.convolutions) every = conv(ops, every);
  ASSERT_EQ(local.shape(), every.shape());
  EXPECT_TRUE(std::equal(local.values().begin(), local.values().end(), every.values().begin()));
  const auto whole = encode_last(ops, hubert, wave);
  const auto cut = encode_last(ops, hubert, wave, Windows{.whole = 50, .window = 30, .context = 2});
  EXPECT_TRUE(std::equal(whole.values().begin(), whole.values().end(), cut.values().begin()));
  wave[320 * 50 - 495 - 1] += 1;  // the last sample that frame 50 does not hear
  const auto before = hubert.local_features(ops, ops.constant({1, samples}, wave));
  const int64_t width = local.dim(2);
  EXPECT_TRUE(
      std::equal(local.data() + 50 * width, local.data() + 51 * width, before.data() + 50 * width));
  wave[320 * 50 - 495] += 1;
  const auto at = hubert.local_features(ops, ops.constant({1, samples}, wave));
  EXPECT_FALSE(
      std::equal(local.data() + 50 * width, local.data() + 51 * width, at.data() + 50 * width));
}

// Only how far apart frames are changes what turned queries and keys say to one another.
TEST(HubertOfTaps, PlacesInTimeAreRelative) {
  ThreadPool pool(1);
  ops::NativeOps ops(pool);
  params::FreshParams fresh(5);
  nn::AttentionOptions options;
  options.rotary = {6, 0.8f};
  const nn::Attention<ops::NativeOps> attention(params::Scope<ops::NativeOps>(fresh), 16, 2,
                                                options);
  std::vector<float> values(7 * 16);
  Rng rng(3);
  for (float& v : values) v = static_cast<float>(rng.normal());
  const auto x = ops.constant({1, 7, 16}, values);
  const auto here = attention(ops, x), far = attention(ops, x, 4000000);
  std::vector<float> backwards;
  for (int64_t t = 6; t >= 0; --t) {
    backwards.insert(backwards.end(), values.begin() + t * 16, values.begin() + (t + 1) * 16);
  }
  const auto mirrored = attention(ops, ops.constant({1, 7, 16}, backwards));
  double moved = 0, turned = 0;
  for (int64_t i = 0; i < here.size(); ++i) {
    moved = std::max(moved, std::abs(double{here[i]} - double{far[i]}));
    turned =
        std::max(turned, std::abs(double{here[i]} - double{mirrored[(6 - i / 16) * 16 + i % 16]}));
  }
  EXPECT_LT(moved, 1e-5);
  EXPECT_GT(turned, 1e-2) << "the order of frames says nothing";
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

TEST(SpeechFeatures, OfTheFirstFramesWhatFollowsIsHeardBeyondThem) {
  const SpeechFeatures speech{tensor::Tensor({1, 3, 2}, std::vector<float>{1, 2, 3, 4, 5, 6}),
                              {-10, -20, -30},
                              tensor::Tensor({1, 1, 2}, std::vector<float>{7, 8})};
  const SpeechFeatures first = first_frames(speech, 2);
  EXPECT_EQ(first.values.shape(), (tensor::Shape{1, 2, 2}));
  EXPECT_EQ(first.values[3], 4);
  EXPECT_EQ(first.loudness, (std::vector<int>{-10, -20}));
  EXPECT_EQ(first.beyond.shape(), (tensor::Shape{1, 2, 2}));
  EXPECT_EQ(first.beyond[0], 5);
  EXPECT_EQ(first.beyond[3], 8);
  EXPECT_TRUE(first_frames({speech.values, {}}, 1).beyond.empty());
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
