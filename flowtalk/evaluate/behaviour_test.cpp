// Figures beyond distances, against numbers made by hand.
#include "flowtalk/evaluate/behaviour.h"

#include <gtest/gtest.h>

#include <cmath>

#include "flowtalk/base/rng.h"
#include "flowtalk/evaluate/closures.h"
#include "flowtalk/evaluate/statistics.h"
#include "flowtalk/motion/layout.h"

namespace flowtalk::evaluate {
namespace {

Judgement judged(int emotion, float strength) {
  Judgement judgement;
  judgement.probabilities.assign(8, 0.01f);
  judgement.probabilities[static_cast<size_t>(emotion)] = 0.93f;
  judgement.strength = strength;
  return judgement;
}

double value_of(const std::vector<SequenceMetrics>& sequences, std::string_view key) {
  std::vector<const SequenceMetrics*> all;
  for (const auto& sequence : sequences) all.push_back(&sequence);
  return behaviour(key).value(all).value();
}
double reference_of(const std::vector<SequenceMetrics>& sequences, std::string_view key) {
  std::vector<const SequenceMetrics*> all;
  for (const auto& sequence : sequences) all.push_back(&sequence);
  return behaviour(key).reference(all).value();
}

// (T, V, 3) of a random walk.
tensor::Tensor wandering(int64_t frames, int64_t vertices, uint64_t seed) {
  tensor::Tensor x({frames, vertices, 3});
  Rng rng(seed);
  for (float& v : x.values()) v = static_cast<float>(rng.normal(0, 0.01));
  return x;
}

TEST(StatisticsTest, AccuracyAndMacroF1ByHand) {
  // Class 0: TP 2, FP 1, FN 1 -> 2/3; class 1: TP 1, FP 1, FN 1 -> 1/2; class 2: only judged -> 0;
  // class 3: only asked -> 0.
  const std::vector<std::pair<int, int>> labels = {{0, 0}, {0, 0}, {0, 1}, {1, 1}, {1, 2}, {3, 0}};
  EXPECT_DOUBLE_EQ(*accuracy(labels), 0.5);
  EXPECT_DOUBLE_EQ(*macro_f1(labels), (2.0 / 3 + 0.5 + 0 + 0) / 4);
  EXPECT_FALSE(accuracy({}) || macro_f1({}));
}

TEST(StatisticsTest, CorrelationIsOfShapeNotOfSizeOrPlace) {
  const std::vector<double> a = {1, 2, 4, 8}, b = {-7, -5, -1, 7}, still = {3, 3, 3, 3};
  EXPECT_NEAR(*correlation(a, b), 1, 1e-12);  // b = 2 a - 9
  const std::vector<double> c = {4, 1, 0, 1}, d = {0, 0, 0, 1};
  EXPECT_NEAR(*correlation(c, d), -0.5 / std::sqrt(6.75), 1e-12);
  EXPECT_FALSE(correlation(a, still));
  EXPECT_FALSE(correlation({}, {}));
}

TEST(StatisticsTest, RanksShareTiesAndSpearmanFollowsOrderOnly) {
  const std::vector<double> a = {1, 2, 2, 3, 2}, b = {10, 40, 20, 1e6, 20};
  EXPECT_EQ(ranks(a), (std::vector<double>{1, 3, 3, 5, 3}));
  EXPECT_EQ(ranks(b), (std::vector<double>{1, 4, 2.5, 5, 2.5}));
  // Deviations -2 0 0 2 0 and -2 1 -.5 2 -.5: 8 / sqrt(8 * 9.5).
  EXPECT_NEAR(*spearman(a, b), 8 / std::sqrt(8 * 9.5), 1e-12);
  const std::vector<double> falling = {5, 4, 3, 2, 1}, rising = {0, 1, 10, 11, 99}, flat(5, 7.0);
  EXPECT_DOUBLE_EQ(*spearman(falling, rising), -1);
  EXPECT_FALSE(spearman(flat, rising));
  EXPECT_FALSE(spearman({}, {}));
}

TEST(BehaviourTest, EmotionFiguresOfTruthAndOfAllSamples) {
  std::vector<SequenceMetrics> s(3);
  s[0].observed.emotion = EmotionSeen{1, 1, judged(1, 0.9f), {judged(1, 0.8f), judged(2, 0.7f)}};
  s[1].observed.emotion =
      EmotionSeen{2, 1.0f / 3, judged(2, 0.3f), {judged(2, 0.2f), judged(2, 0.75f)}};
  s[2].observed.emotion = EmotionSeen{0, 0, judged(1, 5), {judged(0, 0), judged(0, 0)}};
  EXPECT_DOUBLE_EQ(reference_of(s, "Emotion_accuracy"), 2.0 / 3);
  EXPECT_DOUBLE_EQ(value_of(s, "Emotion_accuracy"), 5.0 / 6);
  const auto confusion = emotion_confusion(s);
  EXPECT_EQ(confusion->truth[0][1], 1);
  EXPECT_EQ(confusion->prediction[1], (std::vector<int64_t>{0, 1, 1, 0, 0, 0, 0, 0}));
  EXPECT_EQ(confusion->prediction[2], (std::vector<int64_t>{0, 0, 2, 0, 0, 0, 0, 0}));
  EXPECT_FALSE(emotion_confusion({}));
  // Emotional clips only: the neutral one's strength of 5 does not count.
  EXPECT_DOUBLE_EQ(reference_of(s, "Intensity_rho"), 1);
  // Asked ranks 3.5 3.5 1.5 1.5, judged 4 2 1 3: 2 / sqrt(4 * 5).
  EXPECT_NEAR(value_of(s, "Intensity_rho"), 2 / std::sqrt(20.0), 1e-12);
}

TEST(BehaviourTest, MonotonicityCountsStrictRisesOnly) {
  std::vector<SequenceMetrics> s(5);
  s[0].observed.levels = std::vector<float>{0.1f, 0.2f, 0.3f};
  s[1].observed.levels = std::vector<float>{0.1f, 0.2f, 0.2f};
  s[2].observed.levels = std::vector<float>{0.3f, 0.2f, 0.4f};
  s[3].observed.levels = std::vector<float>{0.0f, 0.9f, 1.0f};
  EXPECT_DOUBLE_EQ(value_of(s, "Monotonicity"), 0.5);  // the fifth was not asked
}

TEST(BehaviourTest, ClosuresPoolPhonesNotClips) {
  std::vector<SequenceMetrics> s(2);
  s[0].observed.closures = Closures{9, 9, 18, 12};
  s[1].observed.closures = Closures{1, 0, 2, 0};
  EXPECT_DOUBLE_EQ(reference_of(s, "Closure_rate"), 0.9);
  EXPECT_DOUBLE_EQ(value_of(s, "Closure_rate"), 0.6);
}

TEST(BehaviourTest, BlinksPerMinutePoolFramesNotClips) {
  std::vector<SequenceMetrics> s(3);
  s[0].observed.blinks = Blinks{3, 250, 8, 500};
  s[1].observed.blinks = Blinks{1, 1250, 0, 2500};
  EXPECT_DOUBLE_EQ(reference_of(s, "Blinks"), 4);  // in one minute
  EXPECT_DOUBLE_EQ(value_of(s, "Blinks"), 4);
}

TEST(BehaviourTest, JitterOfAKnownAccelerationAndOfThePerfectPrediction) {
  MeasureSetup setup;
  setup.vertices = 2;
  tensor::Tensor x = tensor::Tensor::zeros({6, 2, 3});
  for (int64_t t = 0; t < 6; ++t)
    x[t * 6 + 1] = 0.001f * static_cast<float>(t * t);  // of one vertex
  std::vector<SequenceMetrics> s = {measure(
      setup, {"curve", face::take_of(x), {face::take_of(tensor::Tensor::zeros({6, 2, 3}))}, 0})};
  EXPECT_NEAR(reference_of(s, "Jitter"), 0.5 * 0.002 * 25 * 25, 1e-5);
  EXPECT_EQ(value_of(s, "Jitter_ratio"), 0);  // a frozen face
  const auto y = wandering(9, 2, 1);
  s = {measure(setup, {"same", face::take_of(y), {face::take_of(y)}, 0})};
  EXPECT_DOUBLE_EQ(value_of(s, "Jitter_ratio"), 1);
  s = {measure(
      setup, {"short", face::take_of(wandering(2, 2, 1)), {face::take_of(wandering(2, 2, 2))}, 0})};
  EXPECT_FALSE(s[0].observed.jitter);
}

TEST(BehaviourTest, DiversityByRegionIsThatOfItsVertices) {
  MeasureSetup setup;
  setup.vertices = 4;
  setup.regions = {{0}, {1, 2}, {3}};
  tensor::Tensor x = tensor::Tensor::zeros({5, 4, 3}), y = x.clone();
  for (int64_t t = 0; t < 5; ++t) {
    y[t * 12 + 0] = 0.003f;  // vertex 0, a lip
    y[t * 12 + 3] = 0.002f;  // vertex 1, upper face
  }
  const auto values =
      measure(setup, {"two", face::take_of(x), {face::take_of(x), face::take_of(y)}, 0}).values;
  const auto at = [&](Metric metric) { return values[static_cast<size_t>(metric)].value(); };
  EXPECT_NEAR(at(Metric::kDiversityLips), 0.003, 1e-8);
  EXPECT_NEAR(at(Metric::kDiversityUpperFace), 0.001, 1e-8);
  EXPECT_EQ(at(Metric::kDiversityEyes), 0);
  EXPECT_NEAR(at(Metric::kDiversity), 0.005 / 4, 1e-8);
}

TEST(BehaviourTest, AutocorrelationOfAnArProcessIsItsRho) {
  const auto rho = std::make_shared<const std::vector<float>>(std::vector<float>{0.6f, 0.1f});
  Density density{1.25, 1.75, {0, 0}, {0, 0}, rho};
  Rng rng(2);
  for (size_t c = 0; c < 2; ++c) {
    const double r = double{(*rho)[c]};
    double last = rng.normal();
    for (int t = 0; t < 20000; ++t) {
      const double now = r * last + std::sqrt(1 - r * r) * rng.normal();
      density.lagged[c] += now * last;
      density.squared[c] += (now * now + last * last) / 2;
      last = now;
    }
  }
  std::vector<SequenceMetrics> s(2);
  s[1].observed.density = density;
  EXPECT_DOUBLE_EQ(value_of(s, "Conditioning_gain"), 0.5);
  EXPECT_DOUBLE_EQ(value_of(s, "Bits_per_dim"), 1.25 / std::log(2));
  EXPECT_NEAR(value_of(s, "Residual_autocorrelation"), 0.35, 0.02);
  EXPECT_NEAR(reference_of(s, "Residual_autocorrelation"), 0.35, 1e-6);
  EXPECT_LT(value_of(s, "Residual_autocorrelation_error"), 0.02);
}

TEST(BehaviourTest, OnlyWhatWasSeenIsReportedAndIntervalsHoldTheValue) {
  std::vector<SequenceMetrics> s(30);
  for (size_t i = 0; i < s.size(); ++i) {
    s[i].frames = 10;
    s[i].observed.jitter = Jitter{1, i % 2 == 0 ? 0.8 : 1.2};
  }
  const auto values = behaviour_values(s, {});
  ASSERT_EQ(values.size(), 2u);
  EXPECT_EQ(values[1].info->key, "Jitter_ratio");
  EXPECT_NEAR(*values[1].value, 1, 1e-12);
  EXPECT_LT(values[1].interval->low, 1);
  EXPECT_GT(values[1].interval->high, 1);
  EXPECT_TRUE(behaviour_values({}, {}).empty());
}

TEST(ClosuresTest, EveryBilabialHasAFrameAndOthersHaveNone) {
  using data::phone;
  const std::vector<data::Phone> phones = {{0, 0.1, phone("AA")},
                                           {0.1, 0.11, phone("B")},
                                           {0.11, 0.3, phone("S")},
                                           {0.3, 0.4, phone("M")},
                                           {0.9, 1.0, phone("P")}};
  const auto ranges = bilabials(phones, 12);
  ASSERT_EQ(ranges.size(), 2u);  // the last one lies beyond 12 frames
  EXPECT_EQ(ranges[0].begin, 2);
  EXPECT_EQ(ranges[0].end, 4);
  EXPECT_EQ(ranges[1].begin, 7);
  EXPECT_EQ(ranges[1].end, 11);
}

TEST(ClosuresTest, AFrozenOpenMouthNeverShutsAndTheDeepestFrameCounts) {
  const face::Face& face = face::builtin_face();
  const face::Deformer deformer(face);
  tensor::Tensor open = tensor::Tensor::zeros({10, motion::kLive});
  for (int64_t t = 0; t < 10; ++t) open[t * motion::kLive + motion::kJawAt] = 0.2f;
  const auto motion = motion::of_live(open, motion::Axes::kBuiltin);  // shares its values
  const std::vector<FrameRange> ranges = {{1, 4}, {6, 8}};
  EXPECT_EQ(count_shut(smallest_gaps(motion, ranges, deformer)), 0);
  open[7 * motion::kLive + motion::kJawAt] = 0;  // one frame of the second phone
  const auto gaps = smallest_gaps(motion, ranges, deformer);
  EXPECT_EQ(count_shut(gaps), 1);
  EXPECT_GT(gaps[0], gaps[1]);
}

}  // namespace
}  // namespace flowtalk::evaluate
