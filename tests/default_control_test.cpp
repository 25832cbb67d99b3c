// What curves, guidance and temperatures per region must do with the shipped model.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "flowtalk/base/conditions.h"
#include "flowtalk/condition/timeline.h"
#include "flowtalk/face/face.h"
#include "flowtalk/motion/layout.h"
#include "flowtalk/predict/session.h"
#include "flowtalk/synth/speech.h"

namespace flowtalk {
namespace {

using predict::MotionRegion;

// 99.9th percentile of the change from frame to frame (L2 over 53 channels) in every tenth clip of
// the corpus; docs/control.md has the command.
constexpr double kMostChange = 1.251;

struct DefaultControl : ::testing::Test {
  static void SetUpTestSuite() {
    session = new predict::Session(predict::Session::open(FLOWTALK_DEFAULT_CHECKPOINT, 2));
    features = new predict::SpeechFeatures(spoken_by("slt"));
  }
  static void TearDownTestSuite() {
    delete features;
    delete session;
  }
  static predict::SpeechFeatures spoken_by(const std::string& voice) {
    synth::VoiceRecipe recipe;
    recipe.engine = synth::Engine::kFlite;
    recipe.voice = voice;
    const auto speech =
        synth::speak("We all knew it would rain, but nobody brought a coat along.", recipe);
    return session->encode(speech.audio);
  }

  static int64_t frames() { return features->values.dim(1); }
  static predict::PredictOptions options(int emotion, float strength) {
    predict::PredictOptions o;
    o.asked.emotion = default_conditions().only(emotion);
    o.asked.strength = emotion == kNeutral ? 0 : strength;
    o.blinks_per_minute = 0;  // they are quick, and no matter of the emotion
    return o;
  }
  static tensor::Tensor motion(const predict::PredictOptions& o) {
    return live_of(session->predict(*features, o));
  }
  // `from` until frame `at`, where `to` starts at once.
  static condition::EmotionCurve switched(int from, int to, float strength, int64_t at) {
    const auto amounts = [&](int emotion) {
      const auto o = options(emotion, strength);
      return condition::amounts_of(o.asked.emotion, static_cast<double>(o.asked.strength));
    };
    condition::TimelineEvent event;
    event.start_s = static_cast<double>(at) / flame::kFps;
    event.amounts = amounts(to);
    condition::Timeline timeline;
    timeline.events.push_back(event);
    return timeline.curve(frames(), amounts(from));
  }
  // Largest change from one frame to the next within 0.6 s of frame `at`.
  static double most_change(const tensor::Tensor& m, int64_t at) {
    double most = 0;
    for (int64_t t = at - 15; t < at + 15; ++t) {
      double square = 0;
      for (int64_t i = t * motion::kLive; i < (t + 1) * motion::kLive; ++i) {
        const double d = static_cast<double>(m[i + motion::kLive]) - static_cast<double>(m[i]);
        square += d * d;
      }
      most = std::max(most, std::sqrt(square));
    }
    return most;
  }
  static ::testing::AssertionResult same(const tensor::Tensor& a, const tensor::Tensor& b) {
    if (std::memcmp(a.data(), b.data(), static_cast<size_t>(a.size()) * sizeof(float)) == 0) {
      return ::testing::AssertionSuccess();
    }
    return ::testing::AssertionFailure() << "the bytes differ";
  }

  static predict::Session* session;
  static predict::SpeechFeatures* features;
};
predict::Session* DefaultControl::session = nullptr;
predict::SpeechFeatures* DefaultControl::features = nullptr;

// Blends are made of whole performances, so a switch adds little to what one emotion does. Each
// pair of emotions changes at another moment of the sentence.
TEST_F(DefaultControl, NoFaceJumpsWhereTheEmotionChangesAtOnce) {
  for (const std::string voice : {"slt", "awb", "rms", "kal16"}) {
    *features = spoken_by(voice);
    double worst = 0, worst_constant = 0;
    for (const bool deterministic : {true, false}) {
      for (int e = 0; e < 8; ++e) {
        auto o = options(e, 1);
        o.deterministic = deterministic;
        const auto m = motion(o);
        for (int64_t at = frames() / 4; at < 3 * frames() / 4; at += 15) {
          worst_constant = std::max(worst_constant, most_change(m, at));
        }
      }
      for (int pair = 0; pair < 64; ++pair) {
        const auto from = static_cast<size_t>(pair / 8), to = static_cast<size_t>(pair % 8);
        if (from == to) continue;
        auto o = options(pair / 8, 1);
        const int64_t at = frames() / 4 + pair * frames() / 128;
        o.asked.curve = switched(pair / 8, pair % 8, 1, at);
        o.deterministic = deterministic;
        const double change = most_change(motion(o), at);
        worst = std::max(worst, change);
        EXPECT_LT(change, kMostChange)
            << voice << ", " << default_conditions().emotions[from] << " to "
            << default_conditions().emotions[to] << (deterministic ? ", deterministic" : "");
      }
    }
    RecordProperty(voice + "_thousandths", static_cast<int>(std::lround(1000 * worst)));
    RecordProperty(voice + "_constant", static_cast<int>(std::lround(1000 * worst_constant)));
  }
  *features = spoken_by("slt");
}

// Two emotions with a pause between them in which the face is hardly neutral again.
TEST_F(DefaultControl, NoFaceJumpsOverAShortPause) {
  for (int pair = 0; pair < 64; ++pair) {
    const int from = pair / 8, to = pair % 8;
    if (from == to || from == kNeutral || to == kNeutral) continue;
    const auto event = [&](int emotion, int64_t start, int64_t end) {
      condition::TimelineEvent e;
      e.start_s = static_cast<double>(start) / flame::kFps;
      e.end_s = static_cast<double>(end) / flame::kFps;
      e.amounts = condition::amounts_of(default_conditions().only(emotion), 1);
      return e;
    };
    const int64_t at = frames() / 2;
    for (const int64_t pause : {5, 15}) {
      condition::Timeline timeline;
      timeline.events = {event(from, 0, at), event(to, at + pause, frames() + 50)};
      auto o = options(kNeutral, 0);
      o.asked.curve = timeline.curve(frames(), condition::Amounts(8, 0.0));
      EXPECT_LT(most_change(motion(o), at + pause / 2), kMostChange)
          << default_conditions().emotions[static_cast<size_t>(from)] << " to "
          << default_conditions().emotions[static_cast<size_t>(to)];
    }
  }
}

TEST_F(DefaultControl, AFaceUnderTwoEmotionsIsTheBlendOfTheFacesUnderEach) {
  const auto curve = switched(1, 2, 0.8f, frames() / 2);
  for (int kind = 0; kind < 3; ++kind) {
    const auto under = [&](std::vector<float> mix, bool changing = false) {
      auto o = options(1, 0.8f);
      o.asked.emotion = mix;
      if (changing) o.asked.curve = curve;
      if (kind == 1) o.guidance = 1.5f;
      if (kind == 2) o.region_temperature = {0.0f, 0.5f, 1.0f, 0.5f};
      return motion(o);
    };
    const auto happy = under({0, 1, 0, 0, 0, 0, 0, 0}), sad = under({0, 0, 1, 0, 0, 0, 0, 0}),
               both = under({0, 0.25f, 0.75f, 0, 0, 0, 0, 0});
    const auto changing = under({0, 1, 0, 0, 0, 0, 0, 0}, true);
    for (int64_t i = 0; i < both.size(); ++i) {
      ASSERT_NEAR(both[i], 0.25f * happy[i] + 0.75f * sad[i], 1e-4) << kind;
      const auto at = static_cast<size_t>(i / motion::kLive * 8);
      const float share = curve.weights[at + 1];
      ASSERT_NEAR(changing[i], share * happy[i] + (1 - share) * sad[i], 1e-4) << kind;
      if (share == 1 || share == 0) {
        ASSERT_EQ(changing[i], share == 1 ? happy[i] : sad[i]) << kind;
      }
    }
  }
}

TEST_F(DefaultControl, StrengthZeroIsNeutralInCurvesAndUnderGuidance) {
  const auto neutral = motion(options(kNeutral, 0));
  for (int emotion = 1; emotion < 8; ++emotion) {
    for (const float guidance : {0.0f, 1.0f, 2.5f}) {
      auto o = options(emotion, 0);
      o.guidance = guidance;
      EXPECT_TRUE(same(motion(o), neutral))
          << default_conditions().emotions[static_cast<size_t>(emotion)];
      o.asked.curve = condition::EmotionCurve::constant(o.asked.emotion, 0, frames());
      EXPECT_TRUE(same(motion(o), neutral))
          << default_conditions().emotions[static_cast<size_t>(emotion)];
      o.asked.curve = switched(kNeutral, emotion, 0, frames() / 2);
      EXPECT_TRUE(same(motion(o), neutral))
          << default_conditions().emotions[static_cast<size_t>(emotion)];
    }
  }
}

TEST_F(DefaultControl, ACurveThatStaysIsThatEmotionAndGuidanceExaggeratesIt) {
  const auto neutral = motion(options(kNeutral, 0));
  const auto apart = [&](const tensor::Tensor& m) {
    double square = 0;
    for (int64_t i = 0; i < m.size(); ++i) {
      const double d = static_cast<double>(m[i]) - static_cast<double>(neutral[i]);
      square += d * d;
    }
    return std::sqrt(square);
  };
  for (const char* emotion : {"happy", "sad", "surprised", "disgusted", "angry"}) {
    auto o =
        options(parse_emotion(emotion, default_conditions()), default_conditions().strength_of(1));
    const auto plain = motion(o);
    o.asked.curve = condition::EmotionCurve::constant(o.asked.emotion, o.asked.strength, frames());
    EXPECT_TRUE(same(motion(o), plain)) << emotion;
    o.guidance = 0;
    EXPECT_LT(apart(motion(o)), 0.01 * apart(plain)) << emotion;
    o.guidance = 1.6f;
    EXPECT_GT(apart(motion(o)), 1.05 * apart(plain)) << emotion;
  }
}

// Mean over frames and vertices of a region of the distance between two motions, metres.
double region_distance(const tensor::Tensor& a, const tensor::Tensor& b, MotionRegion region) {
  const auto& face = face::builtin_face();
  const auto regions = predict::region_of_vertices(face);
  const face::Deformer deformer(face);
  std::vector<float> va(static_cast<size_t>(3 * face.vertex_count())), vb(va.size());
  const auto of_a = motion::of_live(a, face.axes), of_b = motion::of_live(b, face.axes);
  double sum = 0;
  int64_t count = 0;
  for (int64_t t = 0; t < a.dim(0); ++t) {
    deformer.vertices(face::frame_of(of_a, t), va);
    deformer.vertices(face::frame_of(of_b, t), vb);
    for (size_t v = 0; v < regions.size(); ++v) {
      if (regions[v] != region) continue;
      sum += std::hypot(va[3 * v] - vb[3 * v], va[3 * v + 1] - vb[3 * v + 1],
                        va[3 * v + 2] - vb[3 * v + 2]);
      ++count;
    }
  }
  return sum / static_cast<double>(count);
}

TEST_F(DefaultControl, LipsStandStillWhileBrowsDiffer) {
  auto still = options(kNeutral, 0);
  still.deterministic = true;
  const auto expected = motion(still);
  auto o = options(kNeutral, 0);
  o.region_temperature = {0.0f, 0.5f, 1.0f, 0.5f};
  auto free = options(kNeutral, 0);
  free.temperature = 1;
  const auto one = motion(o), all = motion(free);
  o.take = 1;
  const auto other = motion(o);
  const double lips = region_distance(one, expected, MotionRegion::kLips);
  const double loose_lips = region_distance(all, expected, MotionRegion::kLips);
  const double brows = region_distance(one, other, MotionRegion::kBrows);
  const double loose_brows = region_distance(all, expected, MotionRegion::kBrows);
  const auto record = [](const char* name, double metres) {
    RecordProperty(name, static_cast<int>(std::lround(1e6 * metres)));
  };
  record("lips_um", lips);
  record("lips_um_at_1", loose_lips);
  record("brows_um", brows);
  record("brows_um_at_1", loose_brows);
  EXPECT_LT(lips, 1e-4);  // 0.1 mm
  EXPECT_LT(lips, 0.1 * loose_lips);
  EXPECT_GT(brows, 0.5 * loose_brows);
}

TEST_F(DefaultControl, OneTemperatureGivesTheUpperFaceMore) {
  auto o = options(parse_emotion("angry", default_conditions()), 1);
  o.temperature = 0.2f;
  const auto expected = motion(o);
  o.temperature = 0.1f;
  const float upper = predict::kUpperFaceGain * 0.2f;
  o.region_temperature = {0.2f, upper, upper, 0.2f};
  EXPECT_TRUE(same(motion(o), expected));
  o.temperature = 1;  // nothing rises above 1
  o.region_temperature = {};
  const auto hot = motion(o);
  o.region_temperature = {1, 1, 1, 1};
  EXPECT_TRUE(same(motion(o), hot));
}

}  // namespace
}  // namespace flowtalk
