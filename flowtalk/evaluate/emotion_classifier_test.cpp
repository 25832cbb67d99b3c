// The native judge: the model that ships, and what is no classifier.
#include "flowtalk/evaluate/emotion_classifier.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <numeric>

#include "flowtalk/base/conditions.h"
#include "flowtalk/base/error.h"
#include "flowtalk/base/rng.h"
#include "flowtalk/face/expression_axes.h"
#include "flowtalk/judge/emotion_classifier.h"
#include "flowtalk/motion/layout.h"
#include "flowtalk/ops/native.h"
#include "flowtalk/params/native_params.h"
#include "flowtalk/predict/default_checkpoint.h"
#include "flowtalk/predict/session.h"

namespace flowtalk::evaluate {
namespace {

using face::axis;
using ::testing::HasSubstr;
namespace fs = std::filesystem;

// 80 frames of a smile, as strong as told.
motion::Motion smiling(float strength) {
  tensor::Tensor live = tensor::Tensor::zeros({80, motion::kLive});
  for (int64_t t = 0; t < 80; ++t) {
    float* row = live.data() + t * motion::kLive;
    for (const size_t a : {axis("mouthSmileLeft"), axis("mouthSmileRight")}) {
      row[a] = 0.75f * strength;
    }
    for (const size_t a : {axis("cheekSquintLeft"), axis("cheekSquintRight")}) {
      row[a] = 0.6f * strength;
    }
    for (const size_t a : {axis("eyeSquintLeft"), axis("eyeSquintRight")}) row[a] = 0.3f * strength;
    row[motion::kJawAt] = 0.05f + 0.05f * static_cast<float>(t % 6) / 6;
  }
  return motion::of_live(live, motion::Axes::kBuiltin);
}

TEST(EmotionClassifierTest, TheModelThatShipsSeesASmileAndItsStrength) {
  const auto classifier = EmotionClassifier::load(predict::shipped_model("classifier"));
  EXPECT_EQ(classifier.axes(), motion::Axes::kBuiltin);
  const Judgement weak = classifier.judge(smiling(0.33f)), strong = classifier.judge(smiling(1));
  EXPECT_EQ(classifier.conditions().emotions[static_cast<size_t>(strong.emotion())], "happy");
  EXPECT_LT(weak.strength + 0.2f, strong.strength);
  const auto& p = strong.probabilities;
  EXPECT_NEAR(std::accumulate(p.begin(), p.end(), 0.0f), 1, 1e-5);
  EXPECT_LT(fs::file_size(predict::shipped_model("classifier") / "weights.safetensors"), 1u << 20);
}

TEST(EmotionClassifierTest, WhatIsNoClassifierIsRefused) {
  const auto message = [](const fs::path& folder) -> std::string {
    try {
      EmotionClassifier::load(folder);
    } catch (const Error& e) {
      return e.what();
    }
    return "loaded";
  };
  EXPECT_THAT(message("no/such/folder"), HasSubstr("no/such/folder"));
  EXPECT_THAT(message(predict::default_checkpoint()), HasSubstr("is no emotion classifier"));
}

TEST(EmotionClassifierTest, MaskedFramesChangeNothing) {
  ThreadPool pool(1);
  ops::NativeOps ops(pool);
  params::FreshParams fresh(5);
  const judge::EmotionClassifier<ops::NativeOps> network(
      params::Scope<ops::NativeOps>(fresh) / "classifier", {16, 2, 5}, 9);
  Rng rng(1);
  tensor::Tensor longer({1, 30, motion::kLive});
  for (float& v : longer.values()) v = static_cast<float>(rng.normal());
  tensor::Tensor mask = tensor::Tensor::zeros({1, 30});
  std::fill_n(mask.data(), 20, 1.0f);
  const auto padded = network(ops, longer, mask);
  const auto alone = network(ops, ops.slice(longer, 1, 0, 20), tensor::Tensor::full({1, 20}, 1));
  EXPECT_EQ(padded.logits.size(), 9);
  for (int64_t i = 0; i < padded.logits.size(); ++i) {
    EXPECT_NEAR(padded.logits[i], alone.logits[i], 1e-5);
  }
  EXPECT_NEAR(padded.strength[0], alone.strength[0], 1e-5);
}

}  // namespace
}  // namespace flowtalk::evaluate
