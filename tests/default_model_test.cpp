// What the shipped model must do, on a voice whose phones are known.
#include <gtest/gtest.h>

#include <cstring>

#include "flowtalk/base/conditions.h"
#include "flowtalk/encoder/waveform.h"
#include "flowtalk/evaluate/lips.h"
#include "flowtalk/face/blinks.h"
#include "flowtalk/face/builtin/lids.h"
#include "flowtalk/face/expression_axes.h"
#include "flowtalk/motion/layout.h"
#include "flowtalk/predict/session.h"
#include "flowtalk/synth/speech.h"

namespace flowtalk {
namespace {

using face::axis;

struct DefaultModel : ::testing::Test {
  static void SetUpTestSuite() {
    synth::VoiceRecipe recipe;
    recipe.engine = synth::Engine::kFlite;
    recipe.voice = "slt";
    speech = new synth::Speech(synth::speak(
        "My mother bought a big apple pie. Papa walked home, and Bob made up a map of Paris.",
        recipe));
    session = new predict::Session(predict::Session::open(FLOWTALK_DEFAULT_CHECKPOINT, 2));
    features = new predict::SpeechFeatures(session->encode(speech->audio));
  }
  static void TearDownTestSuite() {
    delete features;
    delete session;
    delete speech;
  }

  static predict::PredictOptions options(int emotion, float strength) {
    predict::PredictOptions o;
    o.asked.emotion = default_conditions().only(emotion);
    o.asked.strength = strength;
    o.deterministic = true;
    return o;
  }
  static tensor::Tensor motion(int emotion, float strength) {
    return live_of(session->predict(*features, options(emotion, strength)));
  }
  // Mean over the clip of a sum of axes.
  static double mean(const tensor::Tensor& m, std::initializer_list<size_t> axes) {
    double sum = 0;
    for (int64_t t = 0; t < m.dim(0); ++t) {
      for (const size_t a : axes) sum += m[t * motion::kLive + static_cast<int64_t>(a)];
    }
    return sum / static_cast<double>(m.dim(0));
  }
  static double lip_auc(const tensor::Tensor& m) {
    evaluate::LipRecording r{"voice",
                             evaluate::lip_gaps(motion::of_live(m, motion::Axes::kBuiltin)),
                             evaluate::lip_classes(speech->phones, m.dim(0))};
    return evaluate::check_lips({&r, 1}, 1).pooled.auc.value();
  }

  static synth::Speech* speech;
  static predict::Session* session;
  static predict::SpeechFeatures* features;
};
synth::Speech* DefaultModel::speech = nullptr;
predict::Session* DefaultModel::session = nullptr;
predict::SpeechFeatures* DefaultModel::features = nullptr;

TEST_F(DefaultModel, RightAxesMoveAndMoreWithEachLevel) {
  struct Expectation {
    const char* emotion;
    std::initializer_list<size_t> axes;
  };
  const Expectation expected[] = {
      {"happy", {axis("mouthSmileLeft"), axis("mouthSmileRight")}},
      {"sad", {axis("browInnerUp"), axis("mouthFrownLeft"), axis("mouthFrownRight")}},
      {"surprised", {axis("eyeWideLeft"), axis("eyeWideRight"), axis("browOuterUpLeft")}},
      {"fear", {axis("browInnerUp"), axis("eyeWideLeft"), axis("eyeWideRight")}},
      {"disgusted", {axis("noseSneerLeft"), axis("noseSneerRight")}},
      {"angry", {axis("browDownLeft"), axis("browDownRight")}},
  };
  for (const auto& [name, axes] : expected) {
    const int emotion = parse_emotion(name, default_conditions());
    double last = mean(motion(emotion, 0), axes);
    const double neutral = last;
    for (int level = 0; level < 3; ++level) {
      const double now = mean(motion(emotion, default_conditions().strength_of(level)), axes);
      EXPECT_GT(now, last + 0.02) << name << " level " << level;
      last = now;
    }
    EXPECT_GT(last, neutral + 0.25) << name;
  }
}

TEST_F(DefaultModel, StrengthZeroIsNeutralWhateverTheEmotion) {
  const auto neutral = motion(kNeutral, 0);
  for (int emotion = 1; emotion < 8; ++emotion) {
    const auto m = motion(emotion, 0);
    EXPECT_EQ(std::memcmp(m.data(), neutral.data(), static_cast<size_t>(m.size()) * 4), 0);
  }
}

TEST_F(DefaultModel, LipsCloseOnBilabialsInEveryEmotion) {
  for (int emotion = 0; emotion < 8; ++emotion) {
    EXPECT_GT(lip_auc(motion(emotion, 1)), 0.8)
        << default_conditions().emotions[static_cast<size_t>(emotion)];
  }
}

TEST_F(DefaultModel, TakesDifferAndTheirLipsStillFollowTheVoice) {
  auto o = options(kNeutral, 0);
  o.deterministic = false;
  std::vector<tensor::Tensor> takes;
  for (uint32_t take = 0; take < 3; ++take) {
    o.take = take;
    takes.push_back(live_of(session->predict(*features, o)));
    EXPECT_GT(lip_auc(takes.back()), 0.8);
  }
  for (int64_t i = 1; i < 3; ++i) {
    double difference = 0;
    for (int64_t j = 0; j < takes[0].size(); ++j) {
      difference += std::abs(takes[static_cast<size_t>(i)][j] - takes[0][j]);
    }
    EXPECT_GT(difference / static_cast<double>(takes[0].size()), 1e-4);
  }
}

TEST_F(DefaultModel, SameSeedSameBytesForAnyNumberOfThreads) {
  auto o = options(parse_emotion("happy", default_conditions()), 1);
  o.deterministic = false;
  o.seed = 9;
  const auto expected = live_of(session->predict(*features, o));
  const auto one = predict::Session::open(FLOWTALK_DEFAULT_CHECKPOINT, 1);
  const auto again = live_of(one.predict(speech->audio, o));
  ASSERT_EQ(again.shape(), expected.shape());
  EXPECT_EQ(std::memcmp(again.data(), expected.data(), static_cast<size_t>(again.size()) * 4), 0);
  EXPECT_EQ(again.dim(0),
            encoder::motion_frames(static_cast<int64_t>(speech->audio.samples.size())));
}

// What is left between the margins of the lids at each peak of a blink, mm: the most in the middle
// of an eye, over both eyes.
double widest_slit(const motion::Motion& motion, int* peaks) {
  const face::Deformer deformer(face::builtin_face());
  std::vector<float> vertices(static_cast<size_t>(face::builtin_face().rest.size()));
  double widest = -100;
  const auto lid = [&](int64_t t) { return motion.expression.at(t)[axis("eyeBlinkLeft")]; };
  for (int64_t t = 1; t + 1 < motion.frames(); ++t) {
    if (!(lid(t) > 0.6f && lid(t) >= lid(t - 1) && lid(t) > lid(t + 1))) continue;
    ++*peaks;
    deformer.vertices(face::frame_of(motion, t), vertices);
    for (const bool left : {true, false}) {
      const auto& eye = face::builtin_lid_opening(left);
      const double height = vertices[3 * eye.upper + 1] - vertices[3 * eye.lower + 1];
      widest = std::max(widest, 1000 * height);
    }
  }
  return widest;
}

TEST_F(DefaultModel, EveryBlinkShutsTheEyesUnderEveryEmotion) {
  for (int emotion = 0; emotion < 8; ++emotion) {
    for (const float strength : {1.0f / 3, 2.0f / 3, 1.0f, 1.25f}) {
      auto o = options(emotion, strength);
      o.blinks_per_minute = 60;
      int peaks = 0;
      EXPECT_LT(widest_slit(session->predict(*features, o), &peaks), 0.05)
          << emotion << " " << strength;
      EXPECT_GT(peaks, 0);
    }
  }
}

// Blinks come by seed and take, at the rate asked for, and shut nothing but the eyes.
TEST_F(DefaultModel, BlinksAtItsRateByAddress) {
  audio::Audio minutes;
  while (minutes.duration_s() < 300) {
    const auto& some = speech->audio.samples;
    minutes.samples.insert(minutes.samples.end(), some.begin(), some.end());
  }
  const auto heard = session->encode(minutes);
  const double spoken = static_cast<double>(heard.values.dim(1)) / flame::kFps / 60;
  const auto blinks = [&](const predict::PredictOptions& o) {
    return static_cast<double>(face::count_blinks(session->predict(heard, o))) / spoken;
  };
  predict::PredictOptions o = options(1, 1);
  EXPECT_EQ(blinks(o), 0);  // deterministic
  o.blinks_per_minute = 40;
  EXPECT_NEAR(blinks(o), 40, 6);
  o = options(1, 1);
  o.deterministic = false;
  EXPECT_NEAR(blinks(o), predict::kUsualBlinks, 5);
  o.blinks_per_minute = 0;
  EXPECT_EQ(blinks(o), 0);
  o.blinks_per_minute.reset();
  o.region_temperature = {0.3f, 0.0f, 0.8f, 0.3f};
  EXPECT_EQ(blinks(o), 0);  // no chance in the eyes
}

TEST_F(DefaultModel, BlinksAreThoseOfSeedAndTakeWhateverTheEmotion) {
  const auto shut = [&](int emotion, uint32_t take) {
    auto o = options(emotion, 1);
    o.deterministic = false;
    o.take = take;
    o.blinks_per_minute = 40;
    const auto with = live_of(session->predict(*features, o));
    o.blinks_per_minute = 0;
    const auto without = live_of(session->predict(*features, o));
    std::vector<int64_t> frames;
    for (int64_t t = 0; t < with.dim(0); ++t) {
      if (with[t * motion::kLive] > 0.8f) frames.push_back(t);
      for (int64_t a = static_cast<int64_t>(axis("eyeWideRight")) + 1; a < motion::kLive; ++a) {
        EXPECT_EQ(with[t * motion::kLive + a], without[t * motion::kLive + a]);
      }
    }
    EXPECT_FALSE(frames.empty());
    return frames;
  };
  const auto first = shut(1, 0);
  EXPECT_EQ(shut(6, 0), first);
  EXPECT_NE(shut(1, 1), first);
}

TEST_F(DefaultModel, AnotherVoiceBlinksAtOtherMoments) {
  auto o = options(1, 1);
  o.blinks_per_minute = 60;
  const auto shut = [&](const predict::SpeechFeatures& voice) {
    std::vector<int64_t> frames;
    const auto motion = session->predict(voice, o);
    for (int64_t t = 0; t < motion.frames(); ++t) {
      if (motion.expression.at(t)[0] > 0.6f) frames.push_back(t);
    }
    return frames;
  };
  audio::Audio louder = speech->audio;
  for (float& x : louder.samples) x *= 1.5f;
  const auto first = shut(*features);
  EXPECT_FALSE(first.empty());
  EXPECT_EQ(shut(session->encode(speech->audio)), first);
  EXPECT_NE(shut(session->encode(louder)), first);
}

}  // namespace
}  // namespace flowtalk
