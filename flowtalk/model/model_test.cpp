// Models of other conditions than the default ones, with fresh parameters.
#include <gmock/gmock.h>

#include <cmath>

#include "flowtalk/model/native.h"
#include "flowtalk/motion/layout.h"
#include "flowtalk/params/native_params.h"
#include "tests/refusal.h"

namespace flowtalk::model {
namespace {

ModelConfig small_model() {
  ModelConfig config;
  config.encoder.conv_dim = {8, 8, 12, 12, 12, 12, 12};
  config.encoder.hidden_size = 16;
  config.encoder.num_attention_heads = 2;
  config.encoder.num_hidden_layers = 1;
  config.encoder.intermediate_size = 32;
  config.encoder.num_conv_pos_embeddings = 8;
  config.encoder.num_conv_pos_embedding_groups = 4;
  config.prior.latent = 6;
  config.prior.vae = {16, 1, 3};
  config.condition.width = 16;
  config.condition.fusion_layers = 1;
  config.generator.flow.steps = 2;
  config.generator.flow.hidden = 12;
  config.generator.flow.layers = 1;
  config.generator.flow.condition = 8;
  return config;
}

// Motion (1, 8, 53) of silence in every emotion and style, at the strongest.
void expect_faces(const ModelConfig& config) {
  ThreadPool pool(1);
  ops::NativeOps ops(pool);
  params::FreshParams fresh(3);
  const NativeFlowTalk model(params::Scope<ops::NativeOps>(fresh), config);
  const auto speech = tensor::Tensor::zeros({1, 8, 2 * config.encoder.hidden_size});
  for (int e = 0; e < static_cast<int>(config.conditions.emotions.size()); ++e) {
    const auto curve =
        condition::EmotionCurve::constant(config.conditions.only(e), kMaxStrength, 8);
    for (int64_t s = kAverageStyle; s < static_cast<int64_t>(config.conditions.styles.size());
         ++s) {
      const auto c = model.conditioner(ops, speech, curve, {&s, 1});
      const NoiseAddress noise{.seed = 1, .take = 0, .temperature = 0.5f};
      const auto motion = std::visit(
          [&](const auto& generator) {
            const auto prepared = generator.prepare(ops, c);
            return model.prior.decode(ops, generator.sample(ops, prepared, {{&noise, 1}}).values);
          },
          model.generator);
      ASSERT_EQ(motion.shape(), (tensor::Shape{1, 8, motion::kLive}));
      for (const float v : motion.values()) ASSERT_TRUE(std::isfinite(v)) << e << " " << s;
    }
  }
}

TEST(Model, FitsAnyNumberOfEmotionsLevelsAndStyles) {
  for (const std::vector<std::string>& levels :
       {std::vector<std::string>{"on"}, std::vector<std::string>{"mild", "wild"}}) {
    ModelConfig config = small_model();
    config.conditions.emotions = {"neutral", "expressive"};
    config.conditions.levels = levels;
    config.conditions.styles.clear();
    for (int s = 0; s < 14; ++s) config.conditions.styles.push_back(fmt::format("F{}", s));
    expect_faces(config);
  }
  ModelConfig nine = small_model();
  nine.conditions.emotions.emplace_back("proud");
  expect_faces(nine);
}

TEST(Model, WithoutConditionsInItsFileHasTheDefaultOnes) {
  Json json = to_json(small_model());
  json.erase("conditions");
  ModelConfig config;
  from_json(json, config, "config.json");
  EXPECT_EQ(config.conditions, default_conditions());
}

TEST(Model, WidthsThatDoNotFitAreRefused) {
  using ::testing::HasSubstr;
  const auto why = [](const ModelConfig& config) {
    return tests::refusal([&] { config.check("x"); });
  };
  ModelConfig denoised = small_model();
  denoised.generator.kind = generate::Kind::kDiffusion;
  denoised.generator.diffusion.width = 16;
  denoised.generator.diffusion.condition = false;
  EXPECT_EQ(why(denoised), "was taken");
  denoised.generator.diffusion.width = 24;
  EXPECT_THAT(why(denoised), HasSubstr("x: without a linear map the condition must be 24 wide"));
  denoised.generator.diffusion.condition = true;
  EXPECT_EQ(why(denoised), "was taken");
  denoised.condition.form = condition::Form::kOutput;
  EXPECT_THAT(why(denoised), HasSubstr("condition.width must be 24"));

  for (const auto kind : {generate::Kind::kFlow, generate::Kind::kRegression}) {
    ModelConfig deaf = small_model();  // to what is asked for
    deaf.generator.kind = kind;
    EXPECT_EQ(why(deaf), "was taken");
    deaf.condition.form = condition::Form::kOutput;
    EXPECT_THAT(why(deaf), HasSubstr("does not hear them; set condition.form graph or product"));
  }

  ModelConfig predicted = small_model();
  predicted.generator.kind = generate::Kind::kRegression;
  auto& network = predicted.generator.regression.network;
  network.kind = generate::NetworkKind::kAutoregressive;
  network.autoregressive.width = 16;
  EXPECT_THAT(why(predicted), HasSubstr("needs condition.form output, got graph"));
  predicted.condition.form = condition::Form::kOutput;
  EXPECT_EQ(why(predicted), "was taken");
  network.autoregressive.width = 8;
  EXPECT_THAT(why(predicted), HasSubstr("condition.width must be 8"));
  network.kind = generate::NetworkKind::kGru;
  network.gru.width = 12;
  EXPECT_THAT(why(predicted), HasSubstr("condition.width must be 12"));
  network.gru.width = 16;
  EXPECT_EQ(why(predicted), "was taken");
}

}  // namespace
}  // namespace flowtalk::model
