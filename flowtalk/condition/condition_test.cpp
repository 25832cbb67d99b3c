#include <gmock/gmock.h>

#include <numeric>

#include "flowtalk/base/conditions.h"
#include "flowtalk/condition/emotion_control.h"
#include "flowtalk/condition/fusion.h"
#include "flowtalk/params/native_params.h"
#include "tests/refusal.h"

namespace flowtalk::condition {
namespace {

using Ops = ops::NativeOps;
using ::testing::ElementsAre;

struct ConditionTest : ::testing::Test {
  ThreadPool pool{1};
  Ops ops{pool};
  params::FreshParams source{11};
  ConditionConfig config;
  EmotionControl<Ops> control{params::Scope<Ops>(source) / "control", config, default_conditions()};

  std::vector<float> vector_of(const std::string& mix, float strength) {
    const auto weights = parse_emotion_mix(mix, default_conditions());
    return ops.to_host(control(ops, EmotionCurve::constant(weights, strength, 1)));
  }
};

double distance(const std::vector<float>& a, const std::vector<float>& b) {
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i) sum += (a[i] - b[i]) * (a[i] - b[i]);
  return std::sqrt(sum);
}

TEST(EmotionGraph, EdgesFollowTheDataSet) {
  EXPECT_EQ(edge_type(0, 9, 8), Edge::kNone);  // neutral has no medium
  EXPECT_EQ(edge_type(0, 8, 8), Edge::kEmotionLevel);
  EXPECT_EQ(edge_type(8, 10, 8), Edge::kNone);  // low - high only through medium
  for (int64_t i = 0; i < 11; ++i) {
    for (int64_t j = 0; j < 11; ++j) EXPECT_EQ(edge_type(i, j, 8), edge_type(j, i, 8));
  }
  const Conditions& c = default_conditions();
  EXPECT_LT(valence_arousal_bias(1, 2, c), valence_arousal_bias(4, 6, c));  // happy-sad, fear-angry
}

TEST(EmotionGraph, HasANodeForEveryNameAndNoBiasWhereAnEmotionIsNotKnown) {
  Conditions c;
  c.emotions = {"neutral", "proud", "happy"};
  c.levels = {"mild", "wild"};
  const NodePairs pairs = pairs_of(c);
  EXPECT_EQ(pairs.nodes, 5);
  ASSERT_EQ(pairs.prior.size(), 25u);
  EXPECT_EQ(pairs.prior[1], 0);         // neutral - proud
  EXPECT_LT(pairs.prior[2], 0);         // neutral - happy
  EXPECT_EQ(pairs.prior[5 + 2], 0);     // proud - happy
  EXPECT_EQ(pairs.mask[4], -1e9f);      // neutral - wild
  EXPECT_EQ(pairs.mask[5 + 4], 0);      // proud - wild
  EXPECT_EQ(pairs.mask[3 * 5 + 4], 0);  // mild - wild
}

TEST(Intensity, SegmentsAndLevels) {
  EXPECT_THAT(intensity_segments(0, 3), ElementsAre(0, 0, 0));
  EXPECT_THAT(intensity_segments(1, 3), ElementsAre(1, 1, 1));
  EXPECT_FLOAT_EQ(intensity_segments(1.25f, 3)[2], 1.75f);
  EXPECT_NEAR(level_weights(2.0f / 3, 3)[1], 1, 1e-6);
  EXPECT_NEAR(level_weights(0.5f, 3)[0], 0.5, 1e-6);
  for (const size_t levels : {1u, 2u, 5u}) {
    const auto count = static_cast<float>(levels);
    for (size_t l = 0; l < levels; ++l) {  // each level is itself, with all segments below it
      const float strength = static_cast<float>(l + 1) / count;
      EXPECT_NEAR(level_weights(strength, levels)[l], 1, 1e-5);
      EXPECT_NEAR(intensity_segments(strength, levels)[l], 1, 1e-5);
    }
    const auto most = intensity_segments(kMaxStrength, levels);
    EXPECT_NEAR(std::accumulate(most.begin(), most.end(), 0.0f), kMaxStrength * count, 1e-5);
  }
}

TEST_F(ConditionTest, StrengthZeroIsExactlyNeutralForEveryEmotion) {
  const auto neutral = vector_of("neutral", 1);
  for (const std::string& emotion : default_conditions().emotions) {
    EXPECT_EQ(vector_of(emotion, 0), neutral) << emotion;
  }
}

TEST_F(ConditionTest, DistanceFromNeutralGrowsWithStrength) {
  const auto neutral = vector_of("neutral", 0);
  for (const std::string& emotion : default_conditions().emotions) {
    if (emotion == "neutral") continue;
    double last = 0;
    for (const float k : {0.1f, 1.0f / 3, 2.0f / 3, 1.0f, 1.25f}) {
      const double now = distance(vector_of(emotion, k), neutral);
      EXPECT_GT(now, last * 0.8) << emotion << " at " << k;
      EXPECT_GT(now, 0.05);
      last = now;
    }
  }
}

TEST_F(ConditionTest, MixturesLieBetweenTheirParts) {
  const auto a = vector_of("happy", 1), b = vector_of("surprised", 1);
  const auto mix = vector_of("happy:0.5,surprised:0.5", 1);
  EXPECT_NEAR(distance(mix, a), distance(a, b) / 2, 1e-3);
  EXPECT_NEAR(distance(mix, b), distance(a, b) / 2, 1e-3);
}

EmotionCurve curve_of(const std::vector<std::pair<std::string, float>>& frames) {
  EmotionCurve curve;
  curve.frames = static_cast<int64_t>(frames.size());
  for (const auto& [mix, strength] : frames) {
    const auto weights = parse_emotion_mix(mix, default_conditions());
    curve.weights.insert(curve.weights.end(), weights.begin(), weights.end());
    curve.strength.push_back(strength);
  }
  return curve;
}

TEST(EmotionsApart, OneEmotionIsTheCurveItself) {
  for (const auto& curve : {curve_of({{"neutral", 0}, {"happy", 0.5f}, {"neutral", 0}}),
                            curve_of({{"neutral", 0}, {"sad", 0}})}) {
    const auto all = emotions_apart(curve);
    ASSERT_EQ(all.size(), 1u);
    EXPECT_EQ(all[0].curve.weights, curve.weights);
    EXPECT_EQ(all[0].curve.strength, curve.strength);
    EXPECT_EQ(all[0].share, std::vector<float>(curve.strength.size(), 1));
  }
}

TEST(EmotionsApart, SharesAddUpAndRunEvenlyWhereAllAreNeutral) {
  const auto curve = curve_of({{"neutral", 0},
                               {"happy", 0.5f},
                               {"happy:0.6,sad:0.4", 1},
                               {"neutral", 0},
                               {"neutral", 0},
                               {"angry", 0.2f},
                               {"neutral", 0}});
  const auto all = emotions_apart(curve);
  ASSERT_EQ(all.size(), 3u);  // happy, sad, angry
  const std::vector<std::vector<float>> expected = {{1, 1, 0.6f, 0.4f, 0.2f, 0, 0},
                                                    {0, 0, 0.4f, 0.8f / 3, 0.4f / 3, 0, 0},
                                                    {0, 0, 0, 1.0f / 3, 2.0f / 3, 1, 1}};
  const std::array<size_t, 3> emotion = {1, 2, 6};
  for (size_t e = 0; e < 3; ++e) {
    EXPECT_EQ(all[e].curve.strength, curve.strength);
    for (size_t t = 0; t < 7; ++t) {
      EXPECT_NEAR(all[e].share[t], expected[e][t], 1e-6) << e << " " << t;
      for (size_t i = 0; i < 8; ++i) {
        EXPECT_EQ(all[e].curve.weights[8 * t + i], i == emotion[e] ? 1 : 0);
      }
    }
  }
}

// As a weight, neutral is an emotion of strength 0.
TEST(EmotionsApart, NeutralAmongOthersHasNoStrength) {
  auto curve = curve_of({{"happy", 1}, {"happy", 1}});
  curve.weights[8] = 0.25f, curve.weights[9] = 0.75f;
  const auto all = emotions_apart(curve);
  ASSERT_EQ(all.size(), 2u);
  EXPECT_THAT(all[0].curve.strength, ElementsAre(0, 0));
  EXPECT_EQ(all[0].share, std::vector<float>({0, 0.25f}));
  EXPECT_EQ(all[1].curve.strength, curve.strength);
  EXPECT_EQ(all[1].share, std::vector<float>({1, 0.75f}));
}

TEST_F(ConditionTest, LooksAheadPerLayer) {
  using ::testing::HasSubstr;
  const auto read = [](const char* json) {
    ConditionConfig c;
    from_json(parse_json(json, "json"), c, "x");
    return c;
  };
  const auto why = [&](const char* json) { return tests::refusal([&] { read(json); }); };
  EXPECT_EQ(read(R"({})").frames_ahead(), 5);
  EXPECT_EQ(read(R"({"lookahead": 2})").frames_ahead(), 10);
  const auto listed = read(R"({"lookahead": [1, 1, 0, 0, 0]})");
  EXPECT_EQ(listed.frames_ahead(), 2);
  EXPECT_EQ(to_json(listed)["lookahead"].dump(), "[1,1,0,0,0]");
  EXPECT_EQ(to_json(ConditionConfig())["lookahead"].dump(), "1");
  EXPECT_THAT(why(R"({"lookahead": [1, 1]})"), HasSubstr("a number, or 5, one per layer"));
  EXPECT_THAT(why(R"({"lookahead": [1, 1, 5, 0, 0]})"), HasSubstr("between 0 and 4"));
  EXPECT_THAT(why(R"({"lookahead": []})"), HasSubstr("expected a whole number or a list"));
  EXPECT_THAT(why(R"({"lookahead": 1.5})"), HasSubstr("expected a whole number, got 1.5"));
}

TEST_F(ConditionTest, FusionLooksAheadNoFurtherThanItSays) {
  const Fusion<Ops> fusion(params::Scope<Ops>(source) / "fusion", 6, config);
  constexpr int64_t kFrames = 40, kAt = 25;
  tensor::Tensor speech = tensor::Tensor::zeros({1, kFrames, 6});
  for (int64_t i = 0; i < speech.size(); ++i) speech[i] = static_cast<float>((i * 7919) % 13) - 6;
  const auto emotion = tensor::Tensor::full({1, kFrames, config.width}, 0.1f);
  const auto style = tensor::Tensor::zeros({1, 1, config.width});
  const auto before = fusion(ops, speech, emotion, style);
  speech = speech.clone();
  for (int64_t c = 0; c < 6; ++c) speech[kAt * 6 + c] += static_cast<float>(c);
  const auto after = fusion(ops, speech, emotion, style);
  const int64_t lookahead = config.frames_ahead();
  bool changed = false;
  for (int64_t t = 0; t < kFrames; ++t) {
    for (int64_t c = 0; c < config.width; ++c) {
      const int64_t i = t * config.width + c;
      if (t < kAt - lookahead) {
        EXPECT_EQ(before[i], after[i]) << t;
      }
      changed |= before[i] != after[i];
    }
  }
  EXPECT_TRUE(changed);
}

}  // namespace
}  // namespace flowtalk::condition
