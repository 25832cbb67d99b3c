#include "flowtalk/evaluate/metrics.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "flowtalk/base/error.h"
#include "flowtalk/base/rng.h"

namespace flowtalk::evaluate {
namespace {

constexpr int64_t kBlockFrames = 16;
constexpr int64_t kBlockBytes = int64_t{1} << 25;  // of all takes together

using Vertices = std::span<const float>;  // one frame, V * 3

double squared_distance(const float* a, const float* b) {
  const double x = double{a[0]} - double{b[0]}, y = double{a[1]} - double{b[1]},
               z = double{a[2]} - double{b[2]};
  return x * x + y * y + z * z;
}

double mean_distance(Vertices a, Vertices b) {
  double sum = 0;
  for (size_t i = 0; i < a.size(); i += 3) sum += std::sqrt(squared_distance(&a[i], &b[i]));
  return sum / static_cast<double>(a.size() / 3);
}

// The same over chosen vertices; 0 without any.
double mean_distance(const std::vector<uint32_t>& region, Vertices a, Vertices b) {
  double sum = 0;
  for (const uint32_t v : region) {
    sum += std::sqrt(squared_distance(&a[size_t{3} * v], &b[size_t{3} * v]));
  }
  return region.empty() ? 0 : sum / static_cast<double>(region.size());
}

double largest_squared_distance(const std::vector<uint32_t>& region, Vertices a, Vertices b) {
  double largest = 0;
  for (const uint32_t v : region) {
    largest = std::max(largest, squared_distance(&a[size_t{3} * v], &b[size_t{3} * v]));
  }
  return largest;
}

// The same against the mean of several frames, formed in double precision.
double largest_squared_distance_to_mean(const std::vector<uint32_t>& region, Vertices truth,
                                        std::span<const Vertices> samples) {
  const double share = 1.0 / static_cast<double>(samples.size());
  double largest = 0;
  for (const uint32_t v : region) {
    double distance = 0;
    for (size_t k = size_t{3} * v; k < size_t{3} * v + 3; ++k) {
      double sum = 0;
      for (const Vertices& sample : samples) sum += double{sample[k]};
      const double difference = double{truth[k]} - sum * share;
      distance += difference * difference;
    }
    largest = std::max(largest, distance);
  }
  return largest;
}

// Standard deviation over time, per vertex, of the squared displacement from rest (Welford).
class Movement {
 public:
  explicit Movement(size_t vertices) : mean_(vertices, 0.0), spread_(vertices, 0.0) {}

  void add(const std::vector<uint32_t>& region, Vertices frame, const tensor::Tensor& rest) {
    ++frames_;
    for (size_t i = 0; i < region.size(); ++i) {
      const size_t at = size_t{3} * region[i];
      const double moved = squared_distance(&frame[at], rest.data() + at);
      const double difference = moved - mean_[i];
      mean_[i] += difference / frames_;
      spread_[i] += difference * (moved - mean_[i]);
    }
  }
  double deviation(size_t i) const { return std::sqrt(spread_[i] / frames_); }

 private:
  double frames_ = 0;
  std::vector<double> mean_, spread_;
};

// Mean over vertices of |x(t+1) - 2 x(t) + x(t-1)|, summed over frames.
class Acceleration {
 public:
  void add(Vertices frame) {
    if (seen_ >= 2) {
      double sum = 0;
      for (size_t i = 0; i < frame.size(); i += 3) {
        double squared = 0;
        for (size_t k = i; k < i + 3; ++k) {
          const double second = double{frame[k]} - 2 * double{last_[k]} + double{before_[k]};
          squared += second * second;
        }
        sum += std::sqrt(squared);
      }
      sum_ += sum / static_cast<double>(frame.size() / 3);
    }
    before_.swap(last_);
    last_.assign(frame.begin(), frame.end());
    ++seen_;
  }
  // Mean over the inner frames, m/s^2; needs 3 frames.
  double mean() const { return sum_ / static_cast<double>(seen_ - 2) * flame::kFps * flame::kFps; }

 private:
  int64_t seen_ = 0;
  double sum_ = 0;
  std::vector<float> last_, before_;
};

// All sums of one sequence.
class Sums {
 public:
  Sums(const MeasureSetup& setup, size_t samples)
      : setup_(setup),
        lip_errors_(samples),
        truth_moves_(setup.regions.upper_face.size()),
        prediction_moves_(setup.regions.upper_face.size()) {}

  // samples: the same frame of every prediction.
  void add(Vertices truth, std::span<const Vertices> samples) {
    const face::Regions& regions = setup_.regions;
    mve_ += mean_distance(truth, samples[0]);
    for (size_t s = 0; s < samples.size(); ++s) {
      lip_errors_[s].push_back(largest_squared_distance(regions.lips, truth, samples[s]));
    }
    mee_ += largest_squared_distance_to_mean(regions.lips, truth, samples);
    eve_ += largest_squared_distance(regions.eyes, truth, samples[0]);
    if (!setup_.rest.empty()) {
      truth_moves_.add(regions.upper_face, truth, setup_.rest);
      prediction_moves_.add(regions.upper_face, samples[0], setup_.rest);
    }
    truth_acceleration_.add(truth);
    acceleration_.add(samples[0]);
    const size_t half = samples.size() / 2;
    for (size_t s = 0; s < half && samples.size() % 2 == 0; ++s) {
      const Vertices a = samples[s], b = samples[s + half];
      const auto share = 1 / static_cast<double>(half);
      diversity_ += share * mean_distance(a, b);
      lip_diversity_ += share * mean_distance(regions.lips, a, b);
      eye_diversity_ += share * mean_distance(regions.eyes, a, b);
      upper_diversity_ += share * mean_distance(regions.upper_face, a, b);
    }
  }

  void finish(SequenceMetrics& result) const {
    const auto frames = static_cast<double>(result.frames);
    const auto put = [&](Metric metric, double value) {
      result.values[static_cast<size_t>(metric)] = value;
    };
    put(Metric::kMve, mve_ / frames);
    if (!setup_.regions.lips.empty()) {
      std::vector<double> totals;
      for (const auto& errors : lip_errors_) {
        totals.push_back(std::accumulate(errors.begin(), errors.end(), 0.0));
      }
      const auto best = std::min_element(totals.begin(), totals.end());
      result.best_sample = best - totals.begin();
      result.lve.assign(lip_errors_[0].begin(), lip_errors_[0].end());
      put(Metric::kLve, totals[0] / frames);
      put(Metric::kMee, mee_ / frames);
      put(Metric::kCe, *best / frames);
    }
    if (!setup_.regions.eyes.empty()) put(Metric::kEve, eve_ / frames);
    if (lip_errors_.size() % 2 == 0) {
      const face::Regions& regions = setup_.regions;
      put(Metric::kDiversity, diversity_ / frames);
      if (!regions.lips.empty()) put(Metric::kDiversityLips, lip_diversity_ / frames);
      if (!regions.eyes.empty()) put(Metric::kDiversityEyes, eye_diversity_ / frames);
      if (!regions.upper_face.empty()) put(Metric::kDiversityUpperFace, upper_diversity_ / frames);
    }
    if (result.frames >= 3) {
      result.observed.jitter = Jitter{truth_acceleration_.mean(), acceleration_.mean()};
    }
    const size_t upper = setup_.regions.upper_face.size();
    if (upper == 0 || setup_.rest.empty()) return;
    double signed_sum = 0, absolute_sum = 0;
    for (size_t i = 0; i < upper; ++i) {
      const double difference = truth_moves_.deviation(i) - prediction_moves_.deviation(i);
      signed_sum += difference;
      absolute_sum += std::abs(difference);
    }
    put(Metric::kFdd, signed_sum / static_cast<double>(upper));
    put(Metric::kFddAbsolute, absolute_sum / static_cast<double>(upper));
  }

 private:
  const MeasureSetup& setup_;
  double mve_ = 0, eve_ = 0, mee_ = 0;
  double diversity_ = 0, lip_diversity_ = 0, eye_diversity_ = 0, upper_diversity_ = 0;
  Acceleration truth_acceleration_, acceleration_;
  std::vector<std::vector<double>> lip_errors_;  // (S, T)
  Movement truth_moves_, prediction_moves_;
};

void check(const MeasureSetup& setup, const VertexSequence& sequence) {
  FT_CHECK(setup.vertices > 0, "V is {}", setup.vertices);
  FT_CHECK(setup.rest.empty() || setup.rest.size() == 3 * setup.vertices, "template {}",
           tensor::to_string(setup.rest.shape()));
  for (const auto* region : {&setup.regions.lips, &setup.regions.upper_face, &setup.regions.eyes}) {
    for (const uint32_t v : *region) FT_CHECK(int64_t{v} < setup.vertices, "vertex {}", v);
  }
  FT_CHECK(sequence.truth.frames > 0 && !sequence.predictions.empty(), "{}", sequence.name);
  for (const VertexTake& take : sequence.predictions) {
    FT_CHECK(take.frames == sequence.truth.frames, "{}: {} and {} frames", sequence.name,
             sequence.truth.frames, take.frames);
  }
}

// One block of frames of one take, checked for values that are not finite.
void read_block(const VertexTake& take, const std::string& what, int64_t begin, int64_t count,
                std::span<float> out) {
  take.read(begin, count, out);
  const int64_t frame_size = static_cast<int64_t>(out.size()) / count;
  for (size_t i = 0; i < out.size(); ++i) {
    if (!std::isfinite(out[i])) {
      fail("{}: frame {} holds a value that is not finite", what,
           begin + static_cast<int64_t>(i) / frame_size);
    }
  }
}

double weight(const SequenceMetrics& sequence, Pooling pooling) {
  return pooling == Pooling::kFrames ? static_cast<double>(sequence.frames) : 1.0;
}

// The weighted mean over chosen sequences; a sequence may be chosen several times.
std::optional<double> pool_one(std::span<const SequenceMetrics> sequences,
                               std::span<const size_t> chosen, const MetricInfo& metric) {
  double sum = 0, weights = 0;
  for (const size_t i : chosen) {
    const auto& value = sequences[i].values[static_cast<size_t>(metric.id)];
    if (!value) return std::nullopt;
    const double w = weight(sequences[i], metric.pooling);
    sum += w * *value;
    weights += w;
  }
  if (weights == 0) return std::nullopt;
  return sum / weights;
}

// The value below which `share` of the sorted values lie, interpolated.
double quantile(const std::vector<double>& sorted, double share) {
  const double at = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<size_t>(at);
  const size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (at - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

std::vector<size_t> all_of(std::span<const SequenceMetrics> sequences) {
  std::vector<size_t> all(sequences.size());
  std::iota(all.begin(), all.end(), size_t{0});
  return all;
}

}  // namespace

SequenceMetrics measure(const MeasureSetup& setup, const VertexSequence& sequence) {
  check(setup, sequence);
  const size_t samples = sequence.predictions.size();
  const int64_t frame_size = 3 * setup.vertices;
  const int64_t bytes = static_cast<int64_t>(samples + 1) * frame_size * int64_t{sizeof(float)};
  const int64_t block = std::clamp<int64_t>(kBlockBytes / bytes, 1, kBlockFrames);
  std::vector<std::vector<float>> buffers(samples + 1);
  std::vector<Vertices> frame(samples + 1);
  Sums sums(setup, samples);
  for (int64_t begin = 0; begin < sequence.truth.frames; begin += block) {
    const int64_t count = std::min(block, sequence.truth.frames - begin);
    for (size_t take = 0; take <= samples; ++take) {
      const bool truth = take == samples;
      buffers[take].resize(static_cast<size_t>(count * frame_size));
      read_block(truth ? sequence.truth : sequence.predictions[take],
                 fmt::format("{} ({})", sequence.name,
                             truth ? "ground truth" : fmt::format("prediction {}", take)),
                 begin, count, buffers[take]);
    }
    for (int64_t t = 0; t < count; ++t) {
      for (size_t take = 0; take <= samples; ++take) {
        frame[take] =
            Vertices(buffers[take])
                .subspan(static_cast<size_t>(t * frame_size), static_cast<size_t>(frame_size));
      }
      sums.add(frame[samples], std::span(frame).first(samples));
    }
  }
  SequenceMetrics result;
  result.name = sequence.name;
  result.frames = sequence.truth.frames;
  result.samples = static_cast<int64_t>(samples);
  result.cut_frames = sequence.cut_frames;
  sums.finish(result);
  return result;
}

std::vector<SequenceMetrics> measure_all(const MeasureSetup& setup, int64_t count,
                                         const std::function<VertexSequence(int64_t)>& open,
                                         ThreadPool& pool,
                                         const std::function<void(int64_t)>& done) {
  std::vector<SequenceMetrics> results(static_cast<size_t>(count));
  pool.parallel_for(count, [&](int64_t i) {
    results[static_cast<size_t>(i)] = measure(setup, open(i));
    if (done) done(i);
  });
  return results;
}

MetricValues pool(std::span<const SequenceMetrics> sequences) {
  const std::vector<size_t> all = all_of(sequences);
  MetricValues values;
  for (const MetricInfo& metric : kMetrics) {
    values[static_cast<size_t>(metric.id)] = pool_one(sequences, all, metric);
  }
  return values;
}

Interval percentile_interval(std::vector<double> drawn, double level) {
  FT_CHECK(!drawn.empty(), "no value");
  std::sort(drawn.begin(), drawn.end());
  const double tail = (1 - level) / 2;
  return {quantile(drawn, tail), quantile(drawn, 1 - tail)};
}

MetricIntervals bootstrap(std::span<const SequenceMetrics> sequences,
                          const BootstrapOptions& options) {
  MetricIntervals intervals;
  if (sequences.size() < 2) return intervals;
  std::array<std::vector<double>, kMetrics.size()> drawn;
  std::vector<size_t> chosen(sequences.size());
  Rng rng(options.seed);
  for (int draw = 0; draw < options.resamples; ++draw) {
    for (size_t& i : chosen) {
      i = static_cast<size_t>(rng.integer(0, static_cast<int64_t>(sequences.size()) - 1));
    }
    for (const MetricInfo& metric : kMetrics) {
      const auto value = pool_one(sequences, chosen, metric);
      if (value) drawn[static_cast<size_t>(metric.id)].push_back(*value);
    }
  }
  for (size_t m = 0; m < drawn.size(); ++m) {
    if (drawn[m].size() < static_cast<size_t>(options.resamples)) continue;
    intervals[m] = percentile_interval(std::move(drawn[m]), options.level);
  }
  return intervals;
}

}  // namespace flowtalk::evaluate
