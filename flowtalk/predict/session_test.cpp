#include "flowtalk/predict/session.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <thread>
#include <vector>

#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/base/rng.h"
#include "flowtalk/predict/workspace.h"

namespace flowtalk::predict {
namespace {

const std::filesystem::path kFolder = FLOWTALK_DEFAULT_CHECKPOINT;

audio::Audio noise(uint64_t seed) {
  audio::Audio audio;
  audio.rate_hz = flame::kAudioHz;
  Rng rng(seed);
  for (int i = 0; i < flame::kAudioHz; ++i) {
    audio.samples.push_back(static_cast<float>(0.1 * rng.normal()));
  }
  return audio;
}

std::vector<float> motion_of(const Session& session, uint64_t seed) {
  PredictOptions options;
  options.asked.emotion = session.config().conditions.only(1);
  options.asked.strength = 1;
  options.seed = seed;
  const auto rows = live_of(session.predict(noise(seed), options));
  return {rows.values().begin(), rows.values().end()};
}

TEST(Session, TwoAtOnceOverOneModelGiveWhatEachGivesAlone) {
  const auto model = Model::load(kFolder);
  std::vector<std::vector<float>> alone, together(2);
  for (const uint64_t seed : {0, 1}) {
    alone.push_back(motion_of(Session(Model::load(kFolder), 1), seed));
  }
  const Session first(model, 1), second(model, 2);
  std::thread other([&] { together[1] = motion_of(second, 1); });
  together[0] = motion_of(first, 0);
  other.join();
  EXPECT_EQ(together, alone);
  EXPECT_NE(alone[0], alone[1]);
}

TEST(Session, WeightsArePackedOnceForAll) {
  const auto model = Model::load(kFolder);
  EXPECT_EQ(model->packed_weights(), 0u);
  motion_of(Session(model, 1), 0);
  const size_t packed = model->packed_weights();
  EXPECT_GT(packed, 50u);
  const Session other(model, 2);
  motion_of(other, 1);
  EXPECT_EQ(model->packed_weights(), packed);
  EXPECT_EQ(&other.model(), model.get());
}

TEST(Session, TakesSideBySideAreThoseOneByOne) {
  const Session session = Session::open(kFolder, 2);
  const auto speech = session.encode(noise(1));
  PredictOptions options;
  options.asked.emotion = session.config().conditions.only(1);
  options.asked.strength = 1;
  options.seed = 5;
  options.take = 2;
  const auto takes = session.predict_takes(speech, options, 3);
  ASSERT_EQ(takes.size(), 3u);
  for (const auto& take : takes) {
    const auto beside = live_of(take), alone = live_of(session.predict(speech, options));
    EXPECT_TRUE(std::equal(alone.values().begin(), alone.values().end(), beside.values().begin()));
    ++options.take;
  }
}

TEST(Blend, OfThreeIsTheirSharesSum) {
  const std::array<float, 3> values{1, 10, 100}, shares{0.2f, 0.3f, 0.5f};
  Blend blend;
  std::vector<tensor::Tensor> motions;
  for (size_t k = 0; k < values.size(); ++k) {
    motions.emplace_back(tensor::Shape{1, 2}, std::vector<float>{values[k], -values[k]});
    blend.add(motions.back(), {&shares[k], 1});
  }
  EXPECT_NEAR(blend.motion()[0], 53.2, 1e-4);
  EXPECT_NEAR(blend.motion()[1], -53.2, 1e-4);
  EXPECT_EQ(motions[0][0], 1);  // what is given stays as it is
}

TEST(Model, FromBytesIsThatOfTheFolder) {
  const auto config = load_file(kFolder / "config.json");
  const auto weights = load_file(kFolder / "weights.safetensors");
  const auto model = Model::from_bytes("the shipped one", config, weights);
  EXPECT_EQ(to_json(model->config()), to_json(Model::load(kFolder)->config()));
  EXPECT_EQ(motion_of(Session(model, 1), 0), motion_of(Session::open(kFolder, 1), 0));
}

TEST(Model, TheShippedOneIsAFlowOverAVae) {
  const auto model = Model::load(kFolder);
  const model::ModelConfig& config = model->config();
  EXPECT_EQ(config.generator.kind, generate::Kind::kFlow);
  EXPECT_TRUE(config.generator.flow.shift);
  EXPECT_EQ(config.generator.flow.steps, 8);
  EXPECT_EQ(config.prior.kind, prior::Kind::kVae);
  EXPECT_EQ(config.prior.latent, 32);
  EXPECT_EQ(config.prior.vae.hidden, 128);
}

TEST(Model, DamagedBytesAreNamed) {
  const auto config = load_file(kFolder / "config.json");
  const auto weights = load_file(kFolder / "weights.safetensors");
  const auto message = [&](const std::string& text, const std::string& bytes) -> std::string {
    try {
      Model::from_bytes("the shipped one", text, bytes);
    } catch (const Error& e) {
      return e.what();
    }
    return "";
  };
  for (const auto& said : {message(config.substr(0, 40), weights), message("{}", weights),
                           message(config, weights.substr(0, weights.size() / 2))}) {
    EXPECT_NE(said.find("the shipped one"), std::string::npos) << said;
  }
}

}  // namespace
}  // namespace flowtalk::predict
