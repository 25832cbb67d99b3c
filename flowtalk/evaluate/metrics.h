// The field's measures of predicted against recorded faces (docs/math/metrics.md): one sequence at
// a time, a few frames of vertices in memory, sums in double precision. What is kept of a sequence
// is small, so that means and their bootstrap intervals can be formed afterwards.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "flowtalk/base/thread_pool.h"
#include "flowtalk/evaluate/observations.h"
#include "flowtalk/face/face.h"
#include "flowtalk/face/vertex_take.h"
#include "flowtalk/tensor/tensor.h"

namespace flowtalk::evaluate {

enum class Metric {
  kMve,
  kLve,
  kEve,
  kMee,
  kCe,
  kFdd,
  kFddAbsolute,
  kDiversity,
  kDiversityLips,
  kDiversityEyes,
  kDiversityUpperFace
};

// How sequences join in the overall figure: each frame counts once, or each sequence.
enum class Pooling { kFrames, kSequences };

struct MetricInfo {
  Metric id;
  std::string_view key;    // in metrics.json
  std::string_view title;  // for people
  int metres;              // power of the unit: 1 metres, 2 square metres
  Pooling pooling;
  bool lower_is_better;
  std::string_view meaning;
};

inline constexpr std::array<MetricInfo, 11> kMetrics = {{
    {Metric::kMve, "MVE", "mean vertex error", 1, Pooling::kFrames, true,
     "mean distance over all vertices"},
    {Metric::kLve, "LVE", "lip vertex error", 2, Pooling::kFrames, true,
     "largest squared distance among the lip vertices of a frame"},
    {Metric::kEve, "EVE", "eye vertex error", 2, Pooling::kFrames, true,
     "largest squared distance among the eye vertices of a frame"},
    {Metric::kMee, "MEE", "mean estimate error", 2, Pooling::kFrames, true,
     "LVE of the mean of all samples"},
    {Metric::kCe, "CE", "coverage error", 2, Pooling::kFrames, true, "LVE of the best sample"},
    {Metric::kFdd, "FDD", "upper-face dynamics deviation", 2, Pooling::kSequences, true,
     "upper-face movement of the truth minus that of the prediction; best near 0"},
    {Metric::kFddAbsolute, "FDD_absolute", "absolute dynamics deviation", 2, Pooling::kSequences,
     true, "the same, absolute per vertex, so that nothing cancels"},
    {Metric::kDiversity, "Diversity", "diversity of samples", 1, Pooling::kSequences, false,
     "mean distance between paired samples"},
    {Metric::kDiversityLips, "Diversity_lips", "diversity of the lips", 1, Pooling::kSequences,
     false, "the same over the lip vertices"},
    {Metric::kDiversityEyes, "Diversity_eyes", "diversity of the eyes", 1, Pooling::kSequences,
     false, "the same over the eye vertices"},
    {Metric::kDiversityUpperFace, "Diversity_upper_face", "diversity of the upper face", 1,
     Pooling::kSequences, false, "the same over the upper-face vertices"},
}};

constexpr const MetricInfo& info(Metric metric) { return kMetrics[static_cast<size_t>(metric)]; }

// A value per metric; none where it is not defined: no region list, no template, or samples that
// do not pair up.
using MetricValues = std::array<std::optional<double>, kMetrics.size()>;

using face::VertexTake;  // of vertices in metres

struct VertexSequence {
  std::string name;
  VertexTake truth;
  std::vector<VertexTake> predictions;    // S >= 1, each as long as the truth
  int64_t cut_frames = 0;                 // that were left out to make them so
  std::vector<std::string> remarks = {};  // for people, one line each: what looks odd
};

// What is measured against: the same for all sequences.
struct MeasureSetup {
  int64_t vertices = 0;   // V
  face::Regions regions;  // an empty list leaves its metrics out
  tensor::Tensor rest;    // (V, 3), the template of FDD; empty leaves FDD out
};

struct SequenceMetrics {
  std::string name;
  int64_t frames = 0, samples = 0, cut_frames = 0;
  int64_t best_sample = 0;  // the one of CE
  MetricValues values;      // of this sequence alone
  std::vector<float> lve;   // (T) LVE of each frame, square metres; empty without lip vertices
  Observations observed;    // measure() sees the jitter; the rest is others' (observe.h)
};

// Error, naming the sequence and the frame: a value that is not finite.
SequenceMetrics measure(const MeasureSetup& setup, const VertexSequence& sequence);

// Measures sequences 0..count-1 in parallel; `open` makes one and may be called by any thread,
// `done` is called after each. The results do not depend on the number of threads.
std::vector<SequenceMetrics> measure_all(const MeasureSetup& setup, int64_t count,
                                         const std::function<VertexSequence(int64_t)>& open,
                                         ThreadPool& pool,
                                         const std::function<void(int64_t)>& done = nullptr);

// The figure over sequences, frame- or sequence-weighted as kMetrics says.
MetricValues pool(std::span<const SequenceMetrics> sequences);

struct Interval {
  double low = 0, high = 0;
};
using MetricIntervals = std::array<std::optional<Interval>, kMetrics.size()>;

struct BootstrapOptions {
  uint64_t seed = 1;
  int resamples = 2000;
  double level = 0.95;
};
// The middle `level` of the drawn values, at least one.
Interval percentile_interval(std::vector<double> drawn, double level);
// Percentile intervals over resampled sequences; none with fewer than two sequences.
MetricIntervals bootstrap(std::span<const SequenceMetrics> sequences,
                          const BootstrapOptions& options = {});

}  // namespace flowtalk::evaluate
