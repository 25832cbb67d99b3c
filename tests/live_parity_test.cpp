// Models that hear live on both backends: libtorch masks, the native one hands over keys.
#include <gtest/gtest.h>

#include "flowtalk/encoder/speech_features.h"
#include "flowtalk/ops/torch/torch_ops.h"
#include "flowtalk/predict/session.h"
#include "flowtalk/train/torch_params.h"
#include "tests/live_model.h"
#include "tests/random_values.h"
#include "tests/turning_encoder.h"

namespace flowtalk {
namespace {

using ops::TorchOps;

constexpr int kEmotion = 2, kStyle = 3;
constexpr float kStrength = 0.7f;

struct LiveParity : ::testing::Test {
  LiveParity() {
    const tests::ScratchFolder folder;
    formats::save_safetensors(folder / "weights.safetensors", tests::moved_weights(config, kSeed));
    const formats::SafetensorsFile file(folder / "weights.safetensors");
    trained.preload(file);
    whole.emplace(params::Scope<TorchOps>(trained), config);
  }

  static constexpr uint64_t kSeed = 3;
  model::ModelConfig config = tests::live_config();
  predict::Session session{tests::model_of(config, kSeed), 2};
  TorchOps torch_ops;
  train::TorchParams trained{0, torch::kCPU};
  std::optional<model::FlowTalk<TorchOps>> whole;
  torch::NoGradGuard no_grad;
};

TEST_F(LiveParity, TrainingHearsWhatPredictionHears) {
  for (const double seconds : {0.3, 1.0, 2.03, 2.07}) {
    const auto voice = tests::speech_like(seconds);
    const auto native = session.encode({flame::kAudioHz, voice}).values;
    const auto torch = encoder::speech_in_one_piece(torch_ops, whole->encoder, voice);
    ASSERT_EQ(torch.size(1), native.dim(1));
    const std::vector<float> values(native.values().begin(), native.values().end());
    EXPECT_LT(largest_difference(values, torch_ops.to_host(torch)), 1e-5) << seconds;
  }
}

TEST(LiveParityOfEncoders, TurningAttentionAndTapsThatLieApart) {
  encoder::HubertConfig config = tests::live_config().encoder;
  tests::give_turning_encoder(config);
  config.check("config");
  train::TorchParams trained(4, torch::kCPU);
  TorchOps torch_ops;
  const encoder::Hubert<TorchOps> torch(params::Scope<TorchOps>(trained), config);
  params::FreshParams fresh(4);
  ThreadPool pool(2);
  ops::NativeOps native_ops(pool);
  const encoder::NativeHubert native(params::Scope<ops::NativeOps>(fresh), config);
  const torch::NoGradGuard no_grad;
  for (const double seconds : {0.3, 2.07}) {
    const auto voice = tests::speech_like(seconds);
    const auto heard = encoder::speech_features(native_ops, native, voice).values;
    const auto other = encoder::speech_in_one_piece(torch_ops, torch, voice);
    const std::vector<float> values(heard.values().begin(), heard.values().end());
    EXPECT_LT(largest_difference(values, torch_ops.to_host(other)), 1e-5) << seconds;
  }
}

TEST_F(LiveParity, MotionIsTheSame) {
  const auto voice = tests::speech_like(2.03);  // 51 frames
  const NoiseAddress noise{5, 1, 0.4f};
  predict::PredictOptions options;
  options.asked.emotion = config.conditions.only(kEmotion);
  options.asked.strength = kStrength;
  options.asked.style = kStyle;
  options.seed = noise.seed;
  options.take = noise.take;
  options.region_temperature.emplace().fill(noise.temperature);
  options.blinks_per_minute = 0;
  const auto rows = live_of(session.predict({flame::kAudioHz, voice}, options));

  // 52 frames, which are pairs, and the two that the fusion sees after them, of silence.
  auto longer = voice;
  longer.resize(54 * 640, 0.0f);
  const auto speech = encoder::speech_in_one_piece(torch_ops, whole->encoder, longer);
  ASSERT_EQ(speech.size(1), 54);
  const auto curve =
      condition::EmotionCurve::constant(config.conditions.only(kEmotion), kStrength, 54);
  const std::vector<int64_t> style = {kStyle};
  auto c = whole->conditioner(torch_ops, speech, curve, style);
  c.values = c.values.narrow(1, 0, 52);
  const auto& flow = std::get<generate::FlowGenerator<TorchOps>>(whole->generator);
  const std::vector<NoiseAddress> noises = {noise};
  const auto z = flow.sample(torch_ops, flow.prepare(torch_ops, c), {noises});
  const auto motion = whole->prior.decode(torch_ops, z.values).narrow(1, 0, 51);
  const std::vector<float> values(rows.values().begin(), rows.values().end());
  EXPECT_LT(largest_difference(values, torch_ops.to_host(motion)), 1e-5);
}

}  // namespace
}  // namespace flowtalk
