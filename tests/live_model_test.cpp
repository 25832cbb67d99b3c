// What a model that hears live depends on: exactly the samples that it says.
#include "tests/live_model.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "flowtalk/model/lookahead.h"
#include "flowtalk/predict/session.h"
#include "tests/refusal.h"

namespace flowtalk {
namespace {

using ::testing::HasSubstr;

predict::PredictOptions lively() {
  predict::PredictOptions options;
  options.asked.emotion = default_conditions().only(1);
  options.asked.strength = 0.8f;
  options.seed = 4;
  options.blinks_per_minute = 60;
  return options;
}

tensor::Tensor motion_of(const predict::Session& session, std::vector<float> voice) {
  return live_of(session.predict({flame::kAudioHz, std::move(voice)}, lively()));
}

// Are the values of all frames up to and with `frame` the same?
bool same_until(const tensor::Tensor& a, const tensor::Tensor& b, int64_t frame) {
  return std::equal(a.data(), a.data() + (frame + 1) * a.dim(1), b.data());
}

model::ModelConfig ahead(std::vector<int> fusion, int position) {
  auto config = tests::live_config();
  config.condition.lookahead.values = std::move(fusion);
  config.encoder.num_conv_pos_right = position;
  return config;
}

TEST(LiveModel, LooksAheadExactlyAsFarAsItSays) {
  for (const auto& config :
       {ahead({1, 1, 0}, 2), ahead({0}, 4), ahead({1}, 0), ahead({2, 1, 1}, 3)}) {
    const auto where = fmt::format("fusion {}, position {}", config.condition.frames_ahead(),
                                   config.encoder.num_conv_pos_right);
    const predict::Session session(tests::model_of(config), 1);
    const auto voice = tests::speech_like(3), other = tests::speech_like(3, 6);
    const auto motion = motion_of(session, voice);
    for (const int64_t frame : {0, 1, 20, 21, 38, 39}) {
      const int64_t until = model::heard_until(config, frame);
      ASSERT_LT(until, static_cast<int64_t>(voice.size()));
      auto beyond = voice;
      for (size_t i = static_cast<size_t>(until); i < beyond.size(); ++i) beyond[i] -= other[i];
      EXPECT_TRUE(same_until(motion, motion_of(session, beyond), frame)) << where << ", " << frame;
      auto inside = voice;
      for (auto i = static_cast<size_t>(until - 320); i < static_cast<size_t>(until); ++i) {
        inside[i] += 0.1f * other[i] + 0.01f;
      }
      EXPECT_FALSE(same_until(motion, motion_of(session, inside), frame)) << where << ", " << frame;
    }
  }
}

TEST(LiveModel, LooksAheadByTheFormula) {
  const auto milliseconds = [](const model::ModelConfig& config) {
    return static_cast<double>(model::lookahead_samples(config)) / 16;
  };
  for (const int f : {0, 2, 4}) {
    for (const int p : {0, 2, 4, 7}) {
      EXPECT_EQ(milliseconds(ahead({f, 0, 0}, p)), 85 + 40 * f + 20 * p) << f << " " << p;
    }
  }
  EXPECT_EQ(model::heard_until(ahead({1, 1, 0}, 4), 11),
            model::heard_until(ahead({2}, 4), 10) - 4 * 640);
}

// Silence before a voice says nothing of its level, and what follows a clip is silence.
TEST(LiveModel, AClipEndsAsItGoesOnInSilence) {
  const auto config = tests::live_config();
  const predict::Session session(tests::model_of(config), 1);
  const auto voice = tests::speech_like(2.03);
  auto longer = voice;
  longer.resize(3 * flame::kAudioHz, 0.0f);
  const auto motion = motion_of(session, voice);
  EXPECT_EQ(motion.dim(0), 51);
  EXPECT_TRUE(same_until(motion, motion_of(session, longer), 50));
}

TEST(LiveModel, WhatNeedsTheClipIsNamed) {
  const auto why = [](const model::ModelConfig& config) {
    return tests::refusal([&] { model::require_live(config, "old"); });
  };
  auto config = tests::live_config();
  EXPECT_EQ(why(config), "was taken");
  config.prior.kind = prior::Kind::kVqvae;
  EXPECT_THAT(why(config), HasSubstr("its motion prior is vqvae"));
  config.generator.kind = generate::Kind::kDiffusion;
  EXPECT_THAT(why(config), HasSubstr("its family is diffusion"));
  config.encoder.attention_block = 0;
  EXPECT_THAT(why(config), HasSubstr("attends to the whole clip"));
  config.encoder.feat_extract_norm = "group";
  EXPECT_THAT(why(config), HasSubstr("norm over time"));
  config.encoder.normalisation = encoder::Normalisation::kClip;
  EXPECT_THAT(why(config), HasSubstr("old: cannot hear live, its encoder's level is that of the"));
}

}  // namespace
}  // namespace flowtalk
