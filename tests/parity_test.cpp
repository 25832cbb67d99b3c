// The two backends on the same weights, and gradients against differences.
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <numbers>
#include <variant>

#include "flowtalk/analyse/density.h"
#include "flowtalk/analyse/likelihood.h"
#include "flowtalk/audio/audio.h"
#include "flowtalk/base/files.h"
#include "flowtalk/encoder/speech_features.h"
#include "flowtalk/encoder/stored_encoder.h"
#include "flowtalk/judge/emotion_classifier.h"
#include "flowtalk/model/lookahead.h"
#include "flowtalk/model/native.h"
#include "flowtalk/motion/layout.h"
#include "flowtalk/ops/torch/torch_ops.h"
#include "flowtalk/params/checkpoint.h"
#include "flowtalk/params/native_params.h"
#include "flowtalk/predict/session.h"
#include "flowtalk/train/generator_stage.h"
#include "flowtalk/train/torch_params.h"
#include "tests/random_values.h"
#include "tests/scratch_folder.h"
#include "tests/speech_like.h"

namespace flowtalk {
namespace {

using ops::NativeOps;
using ops::TorchOps;
namespace fs = std::filesystem;

using tests::speech_like;

struct ParityTest : ::testing::Test {
  ThreadPool pool{2};
  NativeOps native{pool};
  TorchOps torch_ops;
};

TEST_F(ParityTest, ConvolutionsOfEveryKind) {
  struct Case {
    int64_t in, out, kernel;
    ops::ConvOptions options;
  };
  for (const auto& [in, out, kernel, options] :
       {Case{1, 8, 10, {.stride = 5}}, Case{8, 12, 3, {.stride = 2}}, Case{6, 6, 5, {.left = 4}},
        Case{6, 4, 3, {.dilation = 2, .left = 2, .right = 2}},
        Case{12, 12, 8, {.groups = 4, .left = 4, .right = 3}}}) {
    const auto x = random_values(2 * 40 * in, 1),
               w = random_values(out * in / options.groups * kernel, 2), b = random_values(out, 3);
    const auto run = [&](auto& ops) {
      return ops.to_host(ops.conv1d(ops.constant({2, 40, in}, x),
                                    ops.constant({out, in / options.groups, kernel}, w),
                                    ops.constant({out}, b), options));
    };
    EXPECT_LT(largest_difference(run(native), run(torch_ops)), 2e-5) << in << " " << kernel;
  }
}

TEST_F(ParityTest, ElementWiseNormsAndProducts) {
  const auto x = random_values(2 * 6 * 8, 4), y = random_values(8, 5),
             m = random_values(2 * 8 * 5, 6);
  const auto run = [&](auto& ops) {
    const auto a = ops.constant({2, 6, 8}, x), g = ops.constant({8}, y);
    auto parts = std::vector{ops.gelu(a),
                             ops.tanh(a),
                             ops.sigmoid(a),
                             ops.softplus(a),
                             ops.leaky_relu(a, 0.2f),
                             ops.clamp(a, -0.5f, 0.5f),
                             ops.exp(a),
                             ops.mul(a, g),
                             ops.div(a, ops.offset(ops.mul(g, g), 1)),
                             ops.layer_norm(a, g, g, 1e-5f),
                             ops.time_norm(a, g, g, 1e-5f),
                             ops.softmax_last(a)};
    auto all = ops.to_host(ops.concat(parts, 1));
    const auto product = ops.to_host(ops.matmul(a, ops.constant({2, 8, 5}, m)));
    all.insert(all.end(), product.begin(), product.end());
    return all;
  };
  EXPECT_LT(largest_difference(run(native), run(torch_ops)), 1e-5);
}

model::ModelConfig tiny_model() {
  model::ModelConfig config;
  config.encoder.conv_dim = {8, 8, 12, 12, 12, 12, 12};
  config.encoder.hidden_size = 16;
  config.encoder.num_attention_heads = 2;
  config.encoder.num_hidden_layers = 2;
  config.encoder.intermediate_size = 32;
  config.encoder.num_conv_pos_embeddings = 8;
  config.encoder.num_conv_pos_embedding_groups = 4;
  config.prior.latent = 6;
  config.prior.vae = {16, 2, 5};
  config.condition.width = 16;
  config.condition.fusion_layers = 2;
  config.generator.flow.steps = 3;
  config.generator.flow.hidden = 12;
  config.generator.flow.layers = 2;
  config.generator.flow.condition = 16;
  config.prior.vqvae.body = config.prior.vae;
  config.prior.vqvae.quantiser.width = 2;
  config.generator.diffusion = {20, 10, 16, 2, 0};
  return config;
}

// Latents that the family fits, 6 of them where they are a prior's.
model::ModelConfig model_of(const generate::Family& family) {
  auto config = tiny_model();
  config.generator.kind = family.kind;
  from_text(std::string(family.priors.substr(0, family.priors.find(' '))), config.prior.kind);
  if (config.prior.kind == prior::Kind::kNone) config.prior = prior::without_prior();
  config.check("tiny");
  return config;
}

// What a model makes of one voice under one condition and noise: motion, and where it has a density
// the log density of that motion per pair of frames and latent value.
struct Answer {
  std::vector<float> motion, density;
};

constexpr int kEmotion = 1, kStyle = 7;
constexpr float kStrength = 0.8f;

// By the path that predicts.
Answer predicted(const predict::Session& session, const std::vector<float>& voice,
                 const NoiseAddress& noise) {
  const auto speech = session.encode({flame::kAudioHz, voice});
  predict::PredictOptions options;
  options.asked.emotion = session.config().conditions.only(kEmotion);
  options.asked.strength = kStrength;
  options.asked.style = kStyle;
  options.seed = noise.seed;
  options.take = noise.take;
  options.deterministic = noise.temperature == 0;
  options.region_temperature.emplace().fill(noise.temperature);
  options.blinks_per_minute = 0;
  const auto motion = session.predict(speech, options);
  const auto rows = live_of(motion);
  Answer answer{{rows.values().begin(), rows.values().end()}, {}};
  if (!analyse::has_density(session.model())) return answer;
  const condition::Asked asked{options.asked.emotion, kStrength, kStyle};
  const auto judged = analyse::likelihood(session, speech, motion, asked);
  const auto per_value = static_cast<float>(judged.dimensions / judged.log_probs.size());
  for (const float v : judged.log_probs.values()) answer.density.push_back(v / per_value);
  return answer;
}

// The same on the backend that trains.
Answer composed(TorchOps& ops, const model::FlowTalk<TorchOps>& m, const std::vector<float>& voice,
                const NoiseAddress& noise) {
  const torch::NoGradGuard no_grad;
  const int64_t frames = encoder::motion_frames(static_cast<int64_t>(voice.size()));
  const int64_t even = frames + frames % 2;
  const bool live = model::hears_live(m.config);
  // A model that hears live hears silence where the fusion looks beyond the voice.
  std::vector<float> heard = voice;
  if (live) heard.resize(static_cast<size_t>(even + m.config.condition.frames_ahead()) * 640);
  torch::Tensor speech = encoder::speech_in_one_piece(ops, m.encoder, heard);
  if (!live && frames < even) speech = torch::cat({speech, speech.narrow(1, frames - 1, 1)}, 1);
  const auto mix = m.config.conditions.only(kEmotion);
  const auto curve = condition::EmotionCurve::constant(mix, kStrength, speech.size(1));
  const std::vector<int64_t> style = {kStyle};
  const std::vector<NoiseAddress> noises = {noise};
  const auto c = condition::first_frames(ops, m.conditioner(ops, speech, curve, style), even);
  Answer answer;
  const auto by = [&](const auto& generator) {
    using G = std::remove_cvref_t<decltype(generator)>;
    const auto prepared = generator.prepare(ops, c);
    const auto motion = m.prior.decode(ops, generator.sample(ops, prepared, {noises}).values);
    const auto seen = motion.narrow(1, 0, frames);
    answer.motion = ops.to_host(seen);
    if constexpr (generate::Density<G, TorchOps>) {
      torch::Tensor z = m.prior.encode(ops, seen).mean;
      if (frames % 2 == 1) z = torch::cat({z, z.narrow(1, frames - 1, 1)}, 1);
      const auto log_prob = generator.judge(ops, z, prepared).log_prob;
      answer.density = ops.to_host(log_prob.narrow(1, 0, frames / 2) /
                                   static_cast<double>(2 * m.config.prior.latent));
    }
  };
  std::visit(by, m.generator);
  return answer;
}

void expect_same(const Answer& a, const Answer& b, const std::string& what) {
  EXPECT_FALSE(a.motion.empty());
  EXPECT_LT(largest_difference(a.motion, b.motion), 1e-4) << what;
  EXPECT_LT(largest_difference(a.density, b.density), 1e-4) << what;
}

// A checkpoint in memory, of the parameters that the backend of training made.
std::shared_ptr<const predict::Model> as_model(const model::ModelConfig& config,
                                               const train::TorchParams& params) {
  const tests::ScratchFolder folder;
  formats::save_safetensors(folder / "weights.safetensors", params.host_tensors());
  const Json json{
      {"format", params::kCheckpointFormat}, {"kind", "model"}, {"model", to_json(config)}};
  return predict::Model::from_bytes("tiny", json.dump(), load_file(folder / "weights.safetensors"));
}

TEST_F(ParityTest, WholeTinyModelOfEveryFamily) {
  const auto voice = speech_like(2.3);
  for (const auto& family : generate::kFamilies) {
    for (const bool shift : {false, true}) {
      auto config = model_of(family);
      config.generator.flow.shift = shift;
      train::TorchParams trained(3, torch::kCPU);
      const model::FlowTalk<TorchOps> whole(params::Scope<TorchOps>(trained), config);
      const predict::Session session(as_model(config, trained), 2);
      for (const float temperature : {0.0f, 0.4f}) {
        if (temperature > 0 && !config.draws_chance()) continue;
        const NoiseAddress noise{5, 1, temperature};
        expect_same(predicted(session, voice, noise), composed(torch_ops, whole, voice, noise),
                    fmt::format("{}, shift {}, temperature {}", family.name, shift, temperature));
      }
    }
  }
}

// Latents come back from the base, and a mean added to them changes no volume.
TEST_F(ParityTest, ShiftMovesTheLatentsAndNothingElse) {
  auto config = tiny_model();
  config.generator.flow.shift = true;
  train::TorchParams params(4, torch::kCPU);
  const generate::FlowGenerator<TorchOps> g(params::Scope<TorchOps>(params) / "generator",
                                            {config.condition.width, config.prior.latent},
                                            config.generator.flow);
  const torch::NoGradGuard no_grad;
  torch::manual_seed(5);
  for (const auto& [name, value] : params.tensors()) {
    if (value.requires_grad()) value.add_(torch::randn_like(value) * 0.1);
  }
  const int64_t latent = config.prior.latent;
  const auto prepared = g.prepare(torch_ops, {torch::randn({2, 8, config.condition.width})});
  EXPECT_EQ(prepared.base.mean.abs().max().item<double>(), 0);
  ASSERT_TRUE(prepared.shift);
  EXPECT_GT(prepared.shift->abs().max().item<double>(), 0.01);
  const auto z = torch::randn({2, 8, latent});
  const auto out = g.to_base(torch_ops, z, prepared);
  EXPECT_LT((g.latents_of(torch_ops, out.value, prepared).values - z).abs().max().item<double>(),
            1e-4);
  auto still = prepared;
  still.shift.reset();
  const auto same = g.to_base(torch_ops, z - *prepared.shift, still);
  EXPECT_LT((same.value - out.value).abs().max().item<double>(), 1e-5);
  EXPECT_LT((same.log_det - out.log_det).abs().max().item<double>(), 1e-5);
}

TEST_F(ParityTest, EmotionClassifier) {
  const judge::ClassifierConfig config{16, 2, 5};
  params::FreshParams fresh(3);
  train::TorchParams trained(3, torch::kCPU);
  const judge::EmotionClassifier<NativeOps> a(params::Scope<NativeOps>(fresh), config, 8);
  const judge::EmotionClassifier<TorchOps> b(params::Scope<TorchOps>(trained), config, 8);
  const auto x = random_values(2 * 30 * motion::kLive, 7);
  std::vector<float> mask(60, 1.0f);
  std::fill(mask.begin() + 50, mask.end(), 0.0f);  // the second clip is shorter
  const auto run = [&](auto& ops, const auto& network) {
    const auto judged =
        network(ops, ops.constant({2, 30, motion::kLive}, x), ops.constant({2, 30}, mask));
    auto values = ops.to_host(judged.logits);
    for (const float v : ops.to_host(judged.strength)) values.push_back(v);
    return values;
  };
  const auto native_values = run(native, a), torch_values = run(torch_ops, b);
  EXPECT_EQ(native_values.size(), 18u);
  EXPECT_LT(largest_difference(native_values, torch_values), 1e-5);
}

TEST_F(ParityTest, DefaultCheckpointEndToEnd) {
  const fs::path folder = FLOWTALK_DEFAULT_CHECKPOINT;
  const auto session = predict::Session::open(folder, 2);
  train::TorchParams trained(0, torch::kCPU);
  trained.preload(params::load_checkpoint(folder).weights);
  const model::FlowTalk<TorchOps> whole(params::Scope<TorchOps>(trained), session.config());
  const auto voice = speech_like(6);
  for (const float temperature : {0.0f, 0.3f}) {
    const NoiseAddress noise{2, 0, temperature};
    expect_same(predicted(session, voice, noise), composed(torch_ops, whole, voice, noise),
                fmt::format("temperature {}", temperature));
  }
}

TEST_F(ParityTest, TrainingHearsWhatPredictionHears) {
  const auto voice = speech_like(3);
  const encoder::StoredEncoder stored(FLOWTALK_DEFAULT_CHECKPOINT);  // a whole model
  const auto predicted = encoder::speech_features(native, stored.make(native), voice).values;
  const train::FeatureExtractor extractor(FLOWTALK_DEFAULT_CHECKPOINT, "cpu");
  EXPECT_FALSE(extractor.choice().external.used());
  const torch::Tensor trained = extractor(voice);
  ASSERT_EQ(trained.dim(), 2);
  EXPECT_EQ(trained.size(0), predicted.dim(1));
  EXPECT_LT(largest_difference(native.to_host(predicted), torch_ops.to_host(trained)), 1e-4);
}

// All weights 1.
template <class Losses>
Losses all_terms() {
  Losses losses;
  Json json = to_json(losses);
  for (auto& [key, value] : json.items()) value = 1;
  from_json(json, losses, "ones");
  return losses;
}

void check_gradients(const generate::Family& family) {
  TorchOps torch_ops;
  const auto config = model_of(family);
  train::TorchParams params(4, torch::kCPU);
  const params::Scope<TorchOps> scope(params);
  const auto conditioner = model::make_conditioner(scope, config);
  const prior::AnyPrior<TorchOps> prior(scope / "prior", config.prior);
  const auto generator = model::make_generator(scope, config, prior);
  {  // away from the zero initialisation, where many gradients vanish
    const torch::NoGradGuard no_grad;
    torch::manual_seed(1);
    for (const auto& [name, value] : params.tensors()) {
      if (value.requires_grad()) value.add_(torch::randn_like(value) * 0.05);
    }
  }
  torch::manual_seed(2);
  const auto z = torch::randn({1, 8, config.prior.latent}), speech = torch::randn({1, 8, 32});
  const std::vector<float> mix = {0, 0, 1, 0, 0, 0, 0, 0};
  const auto curve = condition::EmotionCurve::constant(mix, 0.6f, 8);
  const std::vector<int64_t> style = {2};
  const auto loss = [&] {
    const auto c = conditioner(torch_ops, speech, curve, style);
    const auto of = [&](const auto& g) {
      const auto weights = all_terms<typename std::remove_cvref_t<decltype(g)>::Losses>();
      torch::Tensor sum = torch::zeros({});
      const auto prepared = g.prepare(torch_ops, c);
      for (const auto& term : g.learn(torch_ops, z, prepared, weights, {Rng(6)}).terms) {
        sum = sum + term.values.sum() / z.numel();
      }
      return sum;
    };
    return std::visit(of, generator);
  };
  loss().backward();
  int checked = 0;
  for (const auto& [name, value] : params.tensors()) {
    if (!value.requires_grad() || !value.grad().defined()) continue;
    // Along the gradient itself: the directional derivative is its norm.
    const auto direction = value.grad() / (value.grad().norm() + 1e-20);
    const double expected = value.grad().norm().item<double>();
    if (expected < 1e-3) continue;
    const torch::NoGradGuard no_grad;
    constexpr double kStep = 4e-3;
    value.add_(direction * kStep);
    const double up = loss().item<double>();
    value.add_(direction * (-2 * kStep));
    const double down = loss().item<double>();
    value.add_(direction * kStep);
    EXPECT_NEAR((up - down) / (2 * kStep), expected, 2e-3 + 0.02 * expected) << name;
    ++checked;
  }
  EXPECT_GT(checked, 30);
}

TEST_F(ParityTest, GradientsOfEveryFamilysTermsMatchDifferences) {
  for (const auto& family : generate::kFamilies) {
    SCOPED_TRACE(family.name);
    // Through codes goes the gradient of what they stand for, which is none of the loss.
    if (family.kind == generate::Kind::kVq) continue;
    check_gradients(family);
  }
}

}  // namespace
}  // namespace flowtalk
