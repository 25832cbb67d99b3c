// Speech features kept on disk for the generator: each voice as it is and in changed voices.
#include "flowtalk/train/feature_cache.h"

#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include <cmath>

#include "flowtalk/audio/audio.h"
#include "flowtalk/base/files.h"
#include "flowtalk/encoder/made_folder.h"
#include "flowtalk/formats/npy.h"
#include "flowtalk/params/checkpoint.h"
#include "flowtalk/train/blas.h"
#include "tests/program.h"

namespace flowtalk::train {
namespace {

namespace fs = std::filesystem;

struct FeatureCacheTest : tests::CommandLine {
  void SetUp() override {
    CommandLine::SetUp();
    const auto model = params::load_checkpoint(FLOWTALK_DEFAULT_CHECKPOINT);
    save_encoder("encoder", model.config["model"]["encoder"]);
    encoder = std::make_unique<FeatureExtractor>(file("encoder"), "cpu");
  }
  // The default model's encoder as a checkpoint of its own, by this config.
  void save_encoder(const std::string& name, const Json& config) const {
    const auto model = params::load_checkpoint(FLOWTALK_DEFAULT_CHECKPOINT);
    formats::NamedTensors tensors;
    for (const auto& of : model.weights.names()) {
      if (of.starts_with("encoder/")) tensors.emplace_back(of, model.weights.load(of));
    }
    params::save_checkpoint(file(name), {{"encoder", config}}, tensors);
  }
  std::vector<fs::path> entries() const {
    std::vector<fs::path> files;
    for (const auto& entry : fs::recursive_directory_iterator(file("features"))) {
      if (!entry.is_directory()) files.push_back(entry.path());
    }
    return files;
  }
  static bool same(const torch::Tensor& a, const torch::Tensor& b) { return torch::equal(a, b); }

  std::unique_ptr<FeatureExtractor> encoder;
};

using FeatureExtractorTest = encoder::MadeFolder;

// So that a data set that was packed on another machine, or by ranks, is the same.
TEST_F(FeatureCacheTest, FeaturesAreTheSameForAnyNumberOfThreads) {
  const auto voice = audio::load_audio(file("voice.wav")).samples;
  const auto set_threads = [](int threads) {
    at::set_num_threads(threads);
    set_blas_threads(threads);
  };
  const int before = at::get_num_threads();
  std::vector<torch::Tensor> features;
  for (const int threads : {1, 2, 3}) {
    set_threads(threads);
    features.push_back(FeatureExtractor(file("encoder"), "cpu")(voice));
  }
  set_threads(before);
  EXPECT_EQ(features[0].sizes(), (torch::IntArrayRef{50, 576}));
  for (const torch::Tensor& other : features) EXPECT_TRUE(same(other, features[0]));
}

TEST_F(FeatureCacheTest, WhatIsKeptIsWhatWouldBeEncoded) {
  const FeatureCache kept(file("features"), *encoder), none("", *encoder);
  const data::AugmentOptions options;
  const torch::Tensor plain = none(file("voice.wav"));
  const auto changed = none.changed(file("voice.wav"), options, Rng(1));
  EXPECT_TRUE(same(kept(file("voice.wav")), plain));
  EXPECT_TRUE(same(kept.changed(file("voice.wav"), options, Rng(1)).speech, changed.speech));
  ASSERT_EQ(entries().size(), 2u);
  for (const auto& entry : entries()) {  // a mark, by which what is read is known
    tensor::Tensor values = formats::load_npy(entry);
    for (int64_t i = 0; i < values.size(); ++i) values[i] += 1;
    formats::save_npy(entry, values);
  }
  EXPECT_TRUE(same(kept(file("voice.wav")), plain + 1));
  const auto again = kept.changed(file("voice.wav"), options, Rng(1));
  EXPECT_TRUE(same(again.speech, changed.speech + 1));
  EXPECT_EQ(again.speed, changed.speed);
  EXPECT_EQ(entries().size(), 2u);
}

TEST_F(FeatureCacheTest, EveryChangeOfAVoiceHasItsOwnEntry) {
  const FeatureCache kept(file("features"), *encoder);
  data::AugmentOptions options;
  options.rate = 0;
  const auto first = kept.changed(file("voice.wav"), options, Rng(1));
  EXPECT_FALSE(same(first.speech, kept.changed(file("voice.wav"), options, Rng(2)).speech));
  options.noise = 1;
  kept.changed(file("voice.wav"), options, Rng(1));
  EXPECT_EQ(entries().size(), 3u);
  write_voice("voice.wav", 1.5);  // another recording under the same name
  EXPECT_LT(kept.changed(file("voice.wav"), options, Rng(1)).speech.size(0), first.speech.size(0));
  EXPECT_EQ(entries().size(), 4u);
}

TEST_F(FeatureCacheTest, TheSameWeightsThatHearOtherwiseHaveEntriesOfTheirOwn) {
  Json config = params::load_checkpoint(file("encoder")).config["encoder"];
  config["attention_block"] = 0;
  config["attention_left"] = 0;
  save_encoder("whole", config);
  const FeatureExtractor whole(file("whole"), "cpu");
  const FeatureCache live(file("features"), *encoder), all(file("features"), whole);
  const torch::Tensor heard = live(file("voice.wav"));
  EXPECT_FALSE(same(all(file("voice.wav")), heard));
  EXPECT_TRUE(same(live(file("voice.wav")), heard));
  EXPECT_EQ(entries().size(), 2u);
}

TEST_F(FeatureCacheTest, AChangedVoiceTellsItsSpeed) {
  const FeatureCache kept("", *encoder);
  const torch::Tensor plain = kept(file("voice.wav"));
  data::AugmentOptions options;
  options.rate = 0;
  EXPECT_EQ(kept.changed(file("voice.wav"), options, Rng(3)).speed, 1);
  options.rate = 1;
  for (const uint64_t seed : {3u, 4u, 5u}) {
    const auto [speech, speed] = kept.changed(file("voice.wav"), options, Rng(seed));
    EXPECT_GE(speed, options.rate_lo);
    EXPECT_LE(speed, options.rate_hi);
    EXPECT_NEAR(static_cast<double>(speech.size(0)), static_cast<double>(plain.size(0)) / speed, 1);
  }
}

// Training tells of an encoder what encoding and predicting with it do.
TEST_F(FeatureExtractorTest, TellsOfHeadsThatItLeavesUnread) {
  save("hubert.", {{"lm_head.weight", random({32, 8})}, {"lm_head.bias", random({32})}});
  const auto notes = FeatureExtractor(folder, "cpu").choice().notes;
  ASSERT_EQ(notes.size(), 1u);
  EXPECT_NE(notes[0].find("left unread: 'lm_head'"), std::string::npos) << notes[0];
  save();
  EXPECT_TRUE(FeatureExtractor(folder, "cpu").choice().notes.empty());
}

}  // namespace
}  // namespace flowtalk::train
