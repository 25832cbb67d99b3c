// The metrics against hand-made cases, against their own laws, and against golden figures.
#include "flowtalk/evaluate/metrics.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <numeric>

#include "flowtalk/base/error.h"
#include "flowtalk/base/fields.h"
#include "flowtalk/base/files.h"
#include "flowtalk/base/rng.h"
#include "flowtalk/evaluate/setup.h"
#include "flowtalk/formats/safetensors.h"

namespace flowtalk::evaluate {
namespace {

namespace fs = std::filesystem;
using tensor::Tensor;

constexpr int64_t kVertices = 7;

Tensor random_vertices(int64_t frames, uint64_t seed, double size = 0.01) {
  Rng rng(seed);
  Tensor x({frames, kVertices, 3});
  for (float& v : x.values()) v = static_cast<float>(rng.normal(0, size));
  return x;
}

MeasureSetup small_setup() {
  MeasureSetup setup;
  setup.vertices = kVertices;
  setup.regions = {{0, 1, 2}, {3, 4}, {5, 6}};
  setup.rest = Tensor::zeros({kVertices, 3});
  return setup;
}

VertexSequence sequence_of(const Tensor& truth, const std::vector<Tensor>& predictions,
                           const std::string& name = "clip") {
  VertexSequence sequence{name, face::take_of(truth), {}, 0};
  for (const Tensor& prediction : predictions)
    sequence.predictions.push_back(face::take_of(prediction));
  return sequence;
}

std::vector<Tensor> random_predictions(int64_t frames, int samples, uint64_t seed) {
  std::vector<Tensor> predictions;
  for (int s = 0; s < samples; ++s) {
    predictions.push_back(random_vertices(frames, seed + static_cast<uint64_t>(s)));
  }
  return predictions;
}

Tensor scaled(const Tensor& x, float factor) {
  Tensor result = x.clone();
  for (float& v : result.values()) v *= factor;
  return result;
}

const std::optional<double>& of(const MetricValues& values, Metric metric) {
  return values[static_cast<size_t>(metric)];
}

TEST(MetricsTest, HandMadeFigures) {
  // Two frames; the prediction's vertex 0 (lips) is off by (3, 4, 0) mm, then by (0, 0, 1) mm;
  // vertex 5 (eyes) by 2 mm in both frames; vertex 3 (upper face) goes from 0 to 2 mm, the truth's
  // stays.
  const Tensor truth = Tensor::zeros({2, kVertices, 3});
  Tensor prediction = truth.clone();
  prediction[0] = 0.003f;
  prediction[1] = 0.004f;
  prediction[kVertices * 3 + 2] = 0.001f;
  prediction[5 * 3] = prediction[kVertices * 3 + 5 * 3] = 0.002f;
  prediction[kVertices * 3 + 3 * 3] = 0.002f;
  const MetricValues values = measure(small_setup(), sequence_of(truth, {prediction})).values;
  EXPECT_NEAR(*of(values, Metric::kMve), (5 + 1 + 2 + 2 + 2) * 1e-3 / 14, 1e-9);
  EXPECT_NEAR(*of(values, Metric::kLve), (25e-6 + 1e-6) / 2, 1e-12);
  EXPECT_NEAR(*of(values, Metric::kEve), 4e-6, 1e-12);
  // Vertex 3 moves by s = 0 and 4e-6: deviation 2e-6; the mean over its region is 1e-6.
  EXPECT_NEAR(*of(values, Metric::kFdd), -1e-6, 1e-12);
  EXPECT_NEAR(*of(values, Metric::kFddAbsolute), 1e-6, 1e-12);
  // One sample is its own mean and its own best, and has no pair.
  EXPECT_EQ(of(values, Metric::kMee), of(values, Metric::kLve));
  EXPECT_EQ(of(values, Metric::kCe), of(values, Metric::kLve));
  EXPECT_FALSE(of(values, Metric::kDiversity).has_value());
}

TEST(MetricsTest, SamplesGiveMeanEstimateBestAndDiversity) {
  const Tensor truth = Tensor::zeros({1, kVertices, 3});
  const auto off_by = [&](float x) {
    Tensor prediction = truth.clone();
    for (int64_t v = 0; v < kVertices; ++v) prediction[3 * v] = x;
    return prediction;
  };
  const SequenceMetrics got = measure(
      small_setup(),
      sequence_of(truth, {off_by(0.004f), off_by(-0.001f), off_by(0.002f), off_by(-0.003f)}));
  EXPECT_NEAR(*of(got.values, Metric::kMee), 0.0005 * 0.0005, 1e-12);
  EXPECT_NEAR(*of(got.values, Metric::kCe), 1e-6, 1e-12);
  EXPECT_EQ(got.best_sample, 1);
  // Pairs 0 with 2 and 1 with 3: distances of 2 mm.
  EXPECT_NEAR(*of(got.values, Metric::kDiversity), 0.002, 1e-9);
}

TEST(MetricsTest, DiversityIsAbsentForAnOddNumberOfSamples) {
  const Tensor truth = random_vertices(3, 1);
  for (const int samples : {1, 3, 5}) {
    const auto got = measure(small_setup(), sequence_of(truth, random_predictions(3, samples, 10)));
    EXPECT_FALSE(of(got.values, Metric::kDiversity).has_value()) << samples;
    EXPECT_TRUE(of(got.values, Metric::kCe).has_value());
  }
}

TEST(MetricsTest, IdenticalSequencesGiveZero) {
  const Tensor truth = random_vertices(40, 3);
  const auto got = measure(small_setup(), sequence_of(truth, {truth, truth, truth, truth}));
  for (const MetricInfo& metric : kMetrics) {
    EXPECT_EQ(of(got.values, metric.id), 0.0) << metric.key;
  }
}

TEST(MetricsTest, DistancesScaleOnceAndSquaredDistancesTwice) {
  const Tensor truth = random_vertices(9, 3);
  const auto predictions = random_predictions(9, 4, 20);
  std::vector<Tensor> larger;
  for (const Tensor& p : predictions) larger.push_back(scaled(p, 4));
  const auto one = measure(small_setup(), sequence_of(truth, predictions));
  const auto four = measure(small_setup(), sequence_of(scaled(truth, 4), larger));
  for (const MetricInfo& metric : kMetrics) {
    const double want = *of(one.values, metric.id) * std::pow(4.0, metric.metres);
    EXPECT_NEAR(*of(four.values, metric.id), want, 1e-9 * std::abs(want)) << metric.key;
  }
}

TEST(MetricsTest, OrderOfLaterSamplesOnlyMattersToDiversity) {
  const Tensor truth = random_vertices(9, 3);
  auto predictions = random_predictions(9, 6, 20);
  const auto before = measure(small_setup(), sequence_of(truth, predictions));
  std::swap(predictions[1], predictions[4]);  // they are a pair: even diversity stays
  std::swap(predictions[2], predictions[5]);
  const auto after = measure(small_setup(), sequence_of(truth, predictions));
  for (const MetricInfo& metric : kMetrics) {
    const double want = *of(before.values, metric.id);
    EXPECT_NEAR(*of(after.values, metric.id), want, 1e-12 * std::abs(want)) << metric.key;
  }
  std::swap(predictions[1], predictions[2]);
  const auto mixed = measure(small_setup(), sequence_of(truth, predictions));
  EXPECT_EQ(of(mixed.values, Metric::kMve), of(before.values, Metric::kMve));
  EXPECT_EQ(of(mixed.values, Metric::kCe), of(before.values, Metric::kCe));
  EXPECT_NE(of(mixed.values, Metric::kDiversity), of(before.values, Metric::kDiversity));
}

TEST(MetricsTest, WithoutARegionOrATemplateAMetricIsAbsent) {
  MeasureSetup setup = small_setup();
  setup.regions.eyes.clear();
  setup.rest = Tensor();
  const Tensor truth = random_vertices(4, 3);
  auto got = measure(setup, sequence_of(truth, random_predictions(4, 2, 9)));
  EXPECT_FALSE(of(got.values, Metric::kEve).has_value());
  EXPECT_FALSE(of(got.values, Metric::kFdd).has_value());
  EXPECT_TRUE(of(got.values, Metric::kLve).has_value());
  setup.regions.lips.clear();
  got = measure(setup, sequence_of(truth, random_predictions(4, 2, 9)));
  for (const Metric metric : {Metric::kLve, Metric::kMee, Metric::kCe}) {
    EXPECT_FALSE(of(got.values, metric).has_value());
  }
  EXPECT_TRUE(got.lve.empty());
  EXPECT_TRUE(of(got.values, Metric::kMve).has_value());
}

TEST(MetricsTest, AnErrorNamesTheSequenceAndTheFrame) {
  Tensor broken = random_vertices(60, 3);
  broken[37 * kVertices * 3 + 4] = std::numeric_limits<float>::quiet_NaN();
  const Tensor fine = random_vertices(60, 4);
  const auto message = [](const VertexSequence& sequence) -> std::string {
    try {
      measure(small_setup(), sequence);
    } catch (const Error& e) {
      return e.what();
    }
    return "";
  };
  EXPECT_EQ(message(sequence_of(fine, {fine, broken}, "M003_001")),
            "M003_001 (prediction 1): frame 37 holds a value that is not finite");
  EXPECT_EQ(message(sequence_of(broken, {fine}, "M003_001")),
            "M003_001 (ground truth): frame 37 holds a value that is not finite");
}

TEST(MetricsTest, FramesWeighErrorsAndSequencesWeighDynamicsAndDiversity) {
  const Tensor a = random_vertices(3, 1), b = random_vertices(9, 2);
  const std::vector<SequenceMetrics> both = {
      measure(small_setup(), sequence_of(a, random_predictions(3, 2, 5))),
      measure(small_setup(), sequence_of(b, random_predictions(9, 2, 7)))};
  const MetricValues pooled = pool(both);
  for (const MetricInfo& metric : kMetrics) {
    const double x = *of(both[0].values, metric.id), y = *of(both[1].values, metric.id);
    const double want = metric.pooling == Pooling::kFrames ? (3 * x + 9 * y) / 12 : (x + y) / 2;
    EXPECT_NEAR(*of(pooled, metric.id), want, 1e-15) << metric.key;
  }
}

TEST(MetricsTest, ThreadsDoNotChangeAByte) {
  const auto open = [](int64_t i) {
    const int64_t frames = 5 + i % 4;
    return sequence_of(random_vertices(frames, static_cast<uint64_t>(i)),
                       random_predictions(frames, 4, static_cast<uint64_t>(100 * i)));
  };
  ThreadPool one(1), four(4);
  const auto a = measure_all(small_setup(), 40, open, one);
  const auto b = measure_all(small_setup(), 40, open, four);
  for (size_t i = 0; i < a.size(); ++i) EXPECT_EQ(a[i].values, b[i].values);
  EXPECT_EQ(pool(a), pool(b));
}

TEST(MetricsTest, BootstrapIsSeededAndCoversTheTruthAboutAsOftenAsItSays) {
  // Sequences whose LVE is drawn around 1: the interval should hold 1 in about 95 % of the trials.
  Rng rng(5);
  int covered = 0;
  constexpr int kTrials = 200;
  for (int trial = 0; trial < kTrials; ++trial) {
    std::vector<SequenceMetrics> sequences(30);
    for (SequenceMetrics& sequence : sequences) {
      sequence.frames = 10;
      sequence.values[static_cast<size_t>(Metric::kLve)] = rng.normal(1, 0.3);
    }
    const BootstrapOptions options{static_cast<uint64_t>(trial), 300, 0.95};
    const auto interval = bootstrap(sequences, options)[static_cast<size_t>(Metric::kLve)];
    ASSERT_TRUE(interval.has_value());
    covered += interval->low <= 1 && 1 <= interval->high;
    EXPECT_FALSE(bootstrap(sequences, options)[static_cast<size_t>(Metric::kMve)].has_value());
    if (trial == 0) {
      const auto again = bootstrap(sequences, options)[static_cast<size_t>(Metric::kLve)];
      EXPECT_EQ(again->low, interval->low);
      EXPECT_EQ(again->high, interval->high);
    }
  }
  EXPECT_GT(covered, kTrials * 0.87);
  EXPECT_LT(covered, kTrials * 0.99);
}

// ---- Golden figures.

fs::path golden_folder(const char* name) {
  const char* chosen = std::getenv("FLOWTALK_GOLDEN");
  return fs::path(chosen != nullptr ? chosen : FLOWTALK_GOLDEN_DEFAULT) / name;
}

Tensor sample_of(const Tensor& samples, int64_t s) {
  const int64_t size = samples.size() / samples.dim(0);
  return Tensor::borrow({samples.dim(1), samples.dim(2), 3}, samples.data() + s * size,
                        samples.owner());
}

std::vector<SequenceMetrics> measure_golden(const LoadedSetup& setup) {
  const formats::SafetensorsFile file(golden_folder("metrics") / "sequences.safetensors");
  std::vector<SequenceMetrics> results;
  for (int k = 0; file.contains(fmt::format("seq{}.gt", k)); ++k) {
    const Tensor samples = file.load(fmt::format("seq{}.pred", k));
    std::vector<Tensor> predictions;
    for (int64_t s = 0; s < samples.dim(0); ++s) predictions.push_back(sample_of(samples, s));
    results.push_back(
        measure(setup.measure, sequence_of(file.load(fmt::format("seq{}.gt", k)), predictions)));
  }
  return results;
}

void expect_close(double got, double want, const std::string& what) {
  EXPECT_NEAR(got, want, 1e-9 * std::abs(want)) << what;
}

TEST(MetricsTest, GoldenFiguresAreMet) {
  const fs::path folder = golden_folder("metrics");
  if (!fs::exists(folder / "expected.json"))
    GTEST_SKIP() << "skipped: no golden data at " << folder / "expected.json";
  const Json expected = parse_json(load_file(folder / "expected.json"), "expected.json");
  SetupSources sources;
  sources.folders = {folder, golden_folder("templates")};
  sources.vertices = expected["vertices"].get<int64_t>();
  const LoadedSetup setup = load_setup(sources);
  EXPECT_TRUE(setup.notes.empty());
  const auto sequences = measure_golden(setup);
  ASSERT_EQ(sequences.size(), expected["sequences_float64"].size());
  const MetricValues pooled = pool(sequences);
  for (const auto& [key, want] : expected["float64"].items()) {
    const auto metric = std::find_if(kMetrics.begin(), kMetrics.end(),
                                     [&](const MetricInfo& m) { return m.key == key; });
    ASSERT_NE(metric, kMetrics.end()) << key;
    expect_close(*of(pooled, metric->id), want.get<double>(), key);
  }
  for (size_t i = 0; i < sequences.size(); ++i) {
    const Json& want = expected["sequences_float64"][i];
    const SequenceMetrics& got = sequences[i];
    EXPECT_EQ(got.frames, want["frames"].get<int64_t>());
    EXPECT_EQ(got.best_sample, want["ce_sample_index"].get<int64_t>());
    expect_close(*of(got.values, Metric::kFdd), want["fdd"], "FDD");
    expect_close(*of(got.values, Metric::kDiversity), want["diversity"], "Diversity");
    for (size_t t = 0; t < got.lve.size(); ++t) {
      const double lve = want["lve_first_sample_per_frame"][t];
      EXPECT_NEAR(got.lve[t], lve, 1e-6 * lve);
    }
  }
}

}  // namespace
}  // namespace flowtalk::evaluate
