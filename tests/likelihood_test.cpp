// The likelihood of performances under the shipped model.
#include "flowtalk/analyse/likelihood.h"

#include <gtest/gtest.h>

#include <cmath>

#include "flowtalk/analyse/recognition.h"
#include "flowtalk/analyse/restyle.h"
#include "flowtalk/base/conditions.h"
#include "flowtalk/base/error.h"
#include "flowtalk/motion/layout.h"
#include "flowtalk/predict/session.h"
#include "flowtalk/synth/speech.h"

namespace flowtalk {
namespace {

using condition::Asked;
using motion::Motion;
using tensor::Tensor;

struct LikelihoodTest : ::testing::Test {
  static void SetUpTestSuite() {
    session = new predict::Session(predict::Session::open(FLOWTALK_DEFAULT_CHECKPOINT, 2));
    speech = new predict::SpeechFeatures(encoded("Papa walked home, and Bob made up a map."));
    predict::PredictOptions options;
    options.asked.emotion = {0, 1, 0, 0, 0, 0, 0, 0};
    options.asked.strength = 1;
    options.asked.style = 4;
    options.blinks_per_minute = 0;  // they lie over whatever the flow blends
    motion = new Motion(session->predict(*speech, options));
  }
  static void TearDownTestSuite() {
    delete motion;
    delete speech;
    delete session;
  }
  static predict::SpeechFeatures encoded(const char* text) {
    synth::VoiceRecipe recipe;
    recipe.engine = synth::Engine::kFlite;
    recipe.voice = "slt";
    return session->encode(synth::speak(text, recipe).audio);
  }

  static predict::Session* session;
  static predict::SpeechFeatures* speech;
  static Motion* motion;
  const Asked happy{{0, 1, 0, 0, 0, 0, 0, 0}, 1, 4}, sad{{0, 0, 1, 0, 0, 0, 0, 0}, 1, 4};
};
predict::Session* LikelihoodTest::session = nullptr;
predict::SpeechFeatures* LikelihoodTest::speech = nullptr;
Motion* LikelihoodTest::motion = nullptr;

TEST_F(LikelihoodTest, ManyConditionsAtOnceAreTheSameAsOneByOne) {
  const std::vector<Asked> both{happy, sad};
  const auto results = analyse::likelihoods(*session, *speech, *motion, both);
  ASSERT_EQ(results.size(), 2u);
  for (size_t i = 0; i < 2; ++i) {
    const auto one = analyse::likelihood(*session, *speech, *motion, both[i]);
    EXPECT_NEAR(one.log_prob, results[i].log_prob, 1e-6 * std::abs(one.log_prob));
  }
  EXPECT_GT(results[0].log_prob, results[1].log_prob);
}

TEST_F(LikelihoodTest, ACurveIsAConditionPerFrameOfTheVoice) {
  const int64_t frames = speech->values.dim(1);
  Asked constant = sad, rising = sad;
  constant.curve = condition::EmotionCurve::constant(happy.emotion, happy.strength, frames);
  EXPECT_EQ(analyse::likelihood(*session, *speech, *motion, constant).log_prob,
            analyse::likelihood(*session, *speech, *motion, happy).log_prob);
  // A motion of fewer frames than the voice is met by the first frames of the curve.
  const Motion shorter = slice(*motion, 0, frames - 3);
  const Tensor made = live_of(analyse::restyle(*session, *speech, shorter, happy, constant));
  const Tensor expected = live_of(analyse::restyle(*session, *speech, shorter, happy, happy));
  ASSERT_EQ(made.shape(), expected.shape());
  for (int64_t i = 0; i < made.size(); ++i) ASSERT_EQ(made[i], expected[i]) << i;
  rising.curve = condition::EmotionCurve::constant(happy.emotion, 1, frames - 3);
  try {
    analyse::restyle(*session, *speech, shorter, happy, rising);
    FAIL() << "a curve of another length was taken";
  } catch (const Error& e) {
    EXPECT_EQ(e.exit_code(), 2);
    EXPECT_NE(std::string(e.what()).find("emotion curve: expected"), std::string::npos) << e.what();
  }
}

TEST_F(LikelihoodTest, CountsWholePairsOfFrames) {
  const int64_t width = 2 * session->config().prior.latent, frames = motion->frames();
  const int64_t even = frames - frames % 2;
  for (const int64_t t : {even, even - 1}) {
    const auto one = analyse::likelihood(*session, *speech, slice(*motion, 0, t), happy);
    EXPECT_EQ(one.residual.shape(), (tensor::Shape{t / 2, width}));
    EXPECT_EQ(one.log_probs.shape(), (tensor::Shape{t / 2}));
    EXPECT_EQ(one.dimensions, t / 2 * width);
    double sum = 0;
    for (const float v : one.log_probs.values()) sum += static_cast<double>(v);
    EXPECT_NEAR(one.log_prob, sum, 1e-9 * std::abs(sum));
    EXPECT_NEAR(one.bits_per_dim() * static_cast<double>(one.dimensions) * std::log(2),
                -one.log_prob, 1e-6 * std::abs(sum));
  }
  EXPECT_EQ(analyse::base_rho(*session).size(), static_cast<size_t>(width));
}

TEST_F(LikelihoodTest, LengthsMayDifferByAFewFramesOnly) {
  const int64_t frames = motion->frames();
  EXPECT_GT(analyse::likelihood(*session, *speech, slice(*motion, 0, frames - 3), happy).dimensions,
            0);
  EXPECT_THROW(analyse::likelihood(*session, *speech, slice(*motion, 0, frames - 20), happy),
               Error);
  Asked wrong = happy;
  wrong.strength = 2;
  EXPECT_THROW(analyse::likelihood(*session, *speech, *motion, wrong), Error);
  wrong = happy;
  wrong.emotion.push_back(0);  // of a model with one emotion more
  EXPECT_THROW(analyse::likelihood(*session, *speech, *motion, wrong), Error);
}

TEST_F(LikelihoodTest, TheTrueVoiceIsMoreLikelyThanAnother) {
  auto other = encoded("My mother bought a big apple pie, and you can see the sea.");
  const int64_t frames = std::min(other.values.dim(1), motion->frames());
  const auto cut = [&](const predict::SpeechFeatures& f) {
    const int64_t width = f.values.dim(2);
    return predict::SpeechFeatures{
        Tensor({1, frames, width}, f.values.values().first(static_cast<size_t>(frames * width)))};
  };
  const Motion seen = slice(*motion, 0, frames);
  const double own = analyse::likelihood(*session, cut(*speech), seen, happy).bits_per_dim();
  EXPECT_LT(own + 0.05, analyse::likelihood(*session, cut(other), seen, happy).bits_per_dim());
}

// To the last frame, beyond which a model that looks ahead hears what follows.
TEST_F(LikelihoodTest, RestyledWithoutItsResidualAPerformanceIsWhatIsPredicted) {
  predict::PredictOptions options;
  options.asked = sad;
  options.deterministic = true;
  const Tensor predicted = live_of(session->predict(*speech, options));
  const Tensor made = live_of(analyse::restyle(*session, *speech, *motion, happy, sad, 0));
  ASSERT_EQ(made.shape(), predicted.shape());
  for (int64_t i = 0; i < made.size(); ++i) ASSERT_NEAR(made[i], predicted[i], 1e-5) << i;
}

TEST_F(LikelihoodTest, RestyledToTwoEmotionsAPerformanceIsTheBlendOfBoth) {
  Asked both = sad;
  both.emotion = {0, 0.25f, 0.75f, 0, 0, 0, 0, 0};
  const Tensor one = live_of(analyse::restyle(*session, *speech, *motion, happy, happy));
  const Tensor other = live_of(analyse::restyle(*session, *speech, *motion, happy, sad));
  const Tensor blend = live_of(analyse::restyle(*session, *speech, *motion, happy, both));
  double apart = 0;
  for (int64_t i = 0; i < blend.size(); ++i) {
    ASSERT_NEAR(blend[i], 0.25f * one[i] + 0.75f * other[i], 1e-4);
    apart = std::max(apart, std::abs(double{one[i]} - double{other[i]}));
  }
  EXPECT_GT(apart, 0.3);
}

// Under any condition alike, what comes back is the prior's reconstruction of the recording.
TEST_F(LikelihoodTest, RestyledToItselfAPerformanceComesBack) {
  const Tensor a = live_of(analyse::restyle(*session, *speech, *motion, happy, happy));
  const Tensor b = live_of(analyse::restyle(*session, *speech, *motion, sad, sad));
  const Tensor recorded = live_of(*motion);
  ASSERT_EQ(a.shape(), recorded.shape());
  double error = 0, size = 0;
  for (int64_t i = 0; i < a.size(); ++i) {
    EXPECT_NEAR(a[i], b[i], 1e-3);
    error += std::abs(a[i] - recorded[i]);
    size += std::abs(recorded[i]);
  }
  EXPECT_LT(error, 0.1 * size);
}

TEST_F(LikelihoodTest, RestyledPerformanceHasTheSameResidualUnderTheNewCondition) {
  const Motion made = analyse::restyle(*session, *speech, *motion, happy, sad);
  EXPECT_GT(analyse::likelihood(*session, *speech, made, sad).log_prob,
            analyse::likelihood(*session, *speech, made, happy).log_prob);
  const auto seen = analyse::recognise(*session, *speech, made, sad.style);
  EXPECT_EQ(analyse::Labels(default_conditions()).at(seen.most_likely()).emotion,
            parse_emotion("sad", default_conditions()));
}

TEST_F(LikelihoodTest, LikeliestStyleIsThatOfTheConditionWhichIsGiven) {
  for (const char* emotion : {"happy", "sad"}) {
    condition::Asked condition = happy;
    condition.emotion = parse_emotion_mix(emotion, default_conditions());
    const int found = analyse::likeliest_style(*session, *speech, *motion, condition);
    std::vector<condition::Asked> all(32, condition);
    for (int s = 0; s < 32; ++s) all[static_cast<size_t>(s)].style = s;
    const auto each = analyse::likelihoods(*session, *speech, *motion, all);
    for (const auto& one : each) {
      EXPECT_LE(one.log_prob, each[static_cast<size_t>(found)].log_prob) << emotion;
    }
  }
}

TEST_F(LikelihoodTest, TheStyleOfAPerformanceIsFoundByTurns) {
  const auto seen = analyse::recognise(*session, *speech, *motion, std::nullopt);
  EXPECT_EQ(analyse::Labels(default_conditions()).at(seen.most_likely()).emotion,
            parse_emotion("happy", default_conditions()));
  const auto told = analyse::recognise(*session, *speech, *motion, happy.style);
  EXPECT_GE(seen.log_probs[seen.most_likely()] + 1e-3, told.log_probs[told.most_likely()]);
}

}  // namespace
}  // namespace flowtalk
