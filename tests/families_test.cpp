// Every family of generators trains, and its checkpoint predicts.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <ostream>
#include <sstream>

#include "flowtalk/analyse/density.h"
#include "flowtalk/analyse/likelihood.h"
#include "flowtalk/analyse/restyle.h"
#include "flowtalk/base/error.h"
#include "flowtalk/base/words.h"
#include "flowtalk/formats/safetensors.h"
#include "flowtalk/params/native_params.h"
#include "flowtalk/predict/session.h"
#include "flowtalk/train/generator_stage.h"
#include "flowtalk/train/prior_stage.h"
#include "tests/scratch_folder.h"

namespace flowtalk {
namespace {

namespace fs = std::filesystem;

model::ModelConfig tiny_model(const std::string& prior) {
  model::ModelConfig config = train::newest_model();
  from_text(prior, config.prior.kind);
  config.prior.vqvae.body = {16, 1, 3};
  config.prior.vqvae.quantiser.codes = 16;
  config.prior.vqvae.quantiser.width = 2;
  config.prior.sequence_vae = {1, 2, 8};
  config.prior.sequence_vqvae.sequence = {1, 2, 8};
  config.prior.sequence_vqvae.quantiser = {16, 2, prior::RowsOf::kTime};
  config.generator.diffusion = {20, 10, 16, 1, 0};
  config.generator.vq.network.hidden = 16;
  config.prior.latent = 4;
  config.prior.vae = {16, 1, 3};
  config.condition.width = 16;
  config.condition.fusion_layers = 1;
  config.generator.flow.steps = 2;
  config.generator.flow.hidden = 8;
  config.generator.flow.layers = 1;
  config.generator.flow.condition = 8;
  config.generator.regression.network.hidden = 16;
  return config;
}

encoder::HubertConfig tiny_encoder() {
  encoder::HubertConfig config = encoder::small_hubert();
  config.conv_dim = {8, 8, 8, 8, 8, 8, 8};
  config.hidden_size = 8;
  config.num_hidden_layers = 1;
  config.num_attention_heads = 2;
  config.intermediate_size = 8;
  config.num_conv_pos_embeddings = 4;
  config.num_conv_pos_embedding_groups = 2;
  return config;
}

train::TrainConfig short_schedule() {
  train::TrainConfig config;
  config.max_epoch = 2;
  config.steps_per_epoch = 25;
  config.batch = 4;
  config.window_frames = 32;
  config.lr = 5e-3f;
  config.warmup_steps = 3;
  return config;
}

// A family over one of the priors that it fits and that are trained here, or over none.
struct Pair {
  generate::Family family;
  std::string prior;
};
void PrintTo(const Pair& pair, std::ostream* out) {
  *out << pair.family.name << " over " << pair.prior;
}

std::vector<Pair> all_pairs() {
  std::vector<Pair> pairs;
  for (const auto& family : generate::kFamilies) {
    for (const std::string& prior : words_of(std::string(family.priors))) {
      prior::Kind kind{};
      from_text(prior, kind);
      const bool imported = !prior::row_of(kind).trained && kind != prior::Kind::kNone;
      if (!imported) pairs.push_back({family, prior});
    }
  }
  return pairs;
}

std::string name_of(const ::testing::TestParamInfo<Pair>& info) {
  return std::string(info.param.family.name) + "_" + info.param.prior;
}

struct TrainedFamily : ::testing::TestWithParam<Pair> {
  tests::ScratchFolder root;

  train::RunFolder run(const std::string& stage) const {
    return train::RunFolder({(root / stage).string(), "cpu", 0, false, {}}, stage, {});
  }
};

std::vector<std::vector<std::string>> rows_of(const fs::path& csv) {
  std::ifstream in(csv);
  std::vector<std::vector<std::string>> rows;
  for (std::string line; std::getline(in, line);) {
    std::istringstream cells(line);
    auto& row = rows.emplace_back();
    for (std::string cell; std::getline(cells, cell, ',');) row.push_back(cell);
  }
  return rows;
}

train::TrainingClip waving_clip() {
  train::TrainingClip clip;
  const torch::Tensor t = torch::arange(40).to(torch::kFloat32).unsqueeze(1);
  clip.motion = 0.3 * torch::sin(t * 0.4 + torch::arange(53).to(torch::kFloat32));
  clip.speech = torch::sin(t * 0.4 + torch::arange(16).to(torch::kFloat32));
  clip.emotion = Conditions{}.only(1);
  clip.strength = 1;
  return clip;
}

audio::Audio hum() {
  audio::Audio voice;
  voice.rate_hz = flame::kAudioHz;
  voice.samples.assign(static_cast<size_t>(flame::kAudioHz), 0.0f);
  for (size_t i = 0; i < voice.samples.size(); ++i) {
    voice.samples[i] = 0.1f * std::sin(0.05f * static_cast<float>(i));
  }
  return voice;
}

// What the table says of a family is what its checkpoint can do.
void check_session(const predict::Session& session, const generate::Family& family) {
  EXPECT_EQ(session.config().generator.kind, family.kind);
  const auto speech = session.encode(hum());
  const auto motion = session.predict(speech, {});
  EXPECT_EQ(motion.frames(), 25);
  const tensor::Tensor live = live_of(motion);
  for (const float v : live.values()) EXPECT_TRUE(std::isfinite(v));
  predict::PredictOptions fewer;
  fewer.skip_steps = 1;
  if (family.steps) {
    const tensor::Tensor changed = live_of(session.predict(speech, fewer));
    EXPECT_FALSE(
        std::equal(changed.values().begin(), changed.values().end(), live.values().begin()));
  } else {
    EXPECT_THROW(session.predict(speech, fewer), Error);
  }
  predict::PredictOptions warm;
  warm.temperature = 0.5f;
  if (session.config().draws_chance()) {
    session.predict(speech, warm);
  } else {
    EXPECT_THROW(session.predict(speech, warm), Error);
  }
  if (family.density) {
    EXPECT_TRUE(std::isfinite(analyse::likelihood(session, speech, motion, {}).log_prob));
  } else {
    EXPECT_THROW(analyse::likelihood(session, speech, motion, {}), Error);
    EXPECT_THROW(analyse::restyle(session, speech, motion, {}, {}), Error);
    EXPECT_THROW(analyse::require_density(session.model(), "score"), Error);
  }
}

TEST_P(TrainedFamily, LossesFallAndItsCheckpointPredicts) {
  const train::LoadedClips clips({waving_clip()});
  train::PriorChoice prior;
  if (GetParam().prior != "none") {
    train::PriorRun of_prior;
    of_prior.model = tiny_model(GetParam().prior);
    of_prior.train = short_schedule();
    train_prior(of_prior, run("prior"), clips, clips, face::builtin_face());
    prior = train::choose_prior(root / "prior");
  }

  params::FreshParams fresh(1);
  const auto encoder_config = tiny_encoder();
  const encoder::Hubert<ops::NativeOps> made(params::Scope<ops::NativeOps>(fresh) / "encoder",
                                             encoder_config);
  const fs::path weights = root / "encoder.safetensors";
  formats::save_safetensors(weights, fresh.tensors());
  train::GeneratorRun config;
  config.model = tiny_model(GetParam().prior);
  config.model.generator.kind = GetParam().family.kind;
  config.train = short_schedule();
  if (GetParam().family.steps) config.train.steps_per_epoch = 80;  // each sees one level of noise
  train::EncoderChoice encoder;
  encoder.config = encoder_config;
  encoder.weights.emplace(weights);
  train_generator(config, run("generator"), {encoder, prior, {}}, clips, clips,
                  face::builtin_face());

  const auto rows = rows_of(root / "generator" / "losses.csv");
  ASSERT_EQ(rows.size(), 3u);
  for (const std::string name : {"total", "reconstruction", "valid_lve_mm2_tau0"}) {
    const auto found = std::find(rows[0].begin(), rows[0].end(), name);
    ASSERT_NE(found, rows[0].end()) << name;
    const auto column = static_cast<size_t>(found - rows[0].begin());
    EXPECT_LT(std::stod(rows[2][column]), std::stod(rows[1][column])) << name;
  }
  const bool judged = std::find(rows[0].begin(), rows[0].end(), "valid_nll") != rows[0].end();
  EXPECT_EQ(judged, GetParam().family.density);

  check_session(predict::Session::open(train::checkpoint_of(root / "generator"), 1),
                GetParam().family);

  // Trained further, it begins with what it was: statistics and all.
  const auto start = train::choose_start((root / "generator").string());
  config.train.max_epoch = config.train.steps_per_epoch = 1;
  config.train.lr = 1e-9f;
  train_generator(config, run("further"), {encoder, prior, start}, clips, clips,
                  face::builtin_face());
  const auto further = params::load_checkpoint(train::checkpoint_of(root / "further"));
  ASSERT_EQ(further.weights.names(), start->weights.names());
  for (const std::string& name : further.weights.names()) {
    const auto now = further.weights.load(name), before = start->weights.load(name);
    for (int64_t i = 0; i < now.size(); ++i) ASSERT_NEAR(now[i], before[i], 1e-5) << name;
  }
}

INSTANTIATE_TEST_SUITE_P(Table, TrainedFamily, ::testing::ValuesIn(all_pairs()), name_of);

}  // namespace
}  // namespace flowtalk
