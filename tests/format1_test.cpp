// A checkpoint of format 1, written before there was another: it loads for ever, and predicts what
// it did then.
#include <gtest/gtest.h>

#include <cmath>

#include "flowtalk/analyse/likelihood.h"
#include "flowtalk/formats/npy.h"
#include "flowtalk/params/checkpoint.h"
#include "flowtalk/predict/session.h"

namespace flowtalk {
namespace {

namespace fs = std::filesystem;
const fs::path kFolder = FLOWTALK_FORMAT1;

audio::Audio voice() {
  audio::Audio voice;
  voice.rate_hz = 16000;
  voice.samples.resize(16000);
  for (size_t i = 0; i < voice.samples.size(); ++i) {
    voice.samples[i] = (static_cast<float>(i * i / 64 % 128) - 64) / 128;
  }
  return voice;
}

TEST(Format1, ModelPredictsWhatItDid) {
  const auto model = predict::Session::open(kFolder / "model", 1);
  predict::PredictOptions options;
  options.asked.emotion = {0, 0.75f, 0, 0.25f, 0, 0, 0, 0};
  options.asked.strength = 0.8f;
  options.asked.style = 7;
  // The same everywhere: what the regions of the head are does not matter.
  options.region_temperature = predict::RegionTemperatures{0.3f, 0.3f, 0.3f, 0.3f};
  options.seed = 5;
  options.blinks_per_minute = 0;
  const auto speech = model.encode(voice());
  const motion::Motion motion = model.predict(speech, options);
  const tensor::Tensor got = motion::live_of(motion);
  const tensor::Tensor expected = formats::load_npy(kFolder / "motion.npy");
  ASSERT_EQ(got.shape(), expected.shape());
  for (int64_t i = 0; i < got.size(); ++i) ASSERT_NEAR(got[i], expected[i], 1e-5) << i;
  const condition::Asked asked{options.asked.emotion, options.asked.strength, options.asked.style};
  EXPECT_NEAR(analyse::likelihood(model, speech, motion, asked).bits_per_dim(), 1.42729614, 1e-4);
}

TEST(Format1, PriorOfItsOwnIsThatOfTheModel) {
  const auto model = params::load_checkpoint(kFolder / "model");
  const auto prior = params::load_checkpoint(kFolder / "prior");
  EXPECT_EQ(prior.config["protocol"], "clean");
  EXPECT_EQ(prior.config["model"]["prior"], model.config["model"]["prior"]);
  for (const auto& name : prior.weights.names()) {
    EXPECT_EQ(prior.weights.shape(name), model.weights.shape(name)) << name;
  }
}

}  // namespace
}  // namespace flowtalk
