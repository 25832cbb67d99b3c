#include "flowtalk/evaluate/behaviour.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <numbers>

#include "flowtalk/base/conditions.h"
#include "flowtalk/base/error.h"
#include "flowtalk/base/flame_layout.h"
#include "flowtalk/base/rng.h"
#include "flowtalk/evaluate/statistics.h"

namespace flowtalk::evaluate {
namespace {

using Value = std::optional<double>;

enum class Side { kTruth, kPrediction };

// Calls see(observation, sequence) for the chosen sequences that have it.
template <class T, class See>
void each_seen(Chosen chosen, std::optional<T> Observations::*member, const See& see) {
  for (const SequenceMetrics* sequence : chosen) {
    const std::optional<T>& seen = sequence->observed.*member;
    if (seen) see(*seen, *sequence);
  }
}

// Calls see(what was asked for, judgement) for all that was judged on one side.
template <class See>
void each_judgement(Chosen chosen, Side side, const See& see) {
  each_seen(chosen, &Observations::emotion, [&](const EmotionSeen& seen, const SequenceMetrics&) {
    if (side == Side::kTruth) return see(seen, seen.truth);
    for (const Judgement& judgement : seen.samples) see(seen, judgement);
  });
}

template <Side side>
std::vector<std::pair<int, int>> labels(Chosen chosen) {
  std::vector<std::pair<int, int>> pairs;
  each_judgement(chosen, side, [&](const EmotionSeen& seen, const Judgement& judgement) {
    pairs.emplace_back(seen.asked, judgement.emotion());
  });
  return pairs;
}
template <Side side>
Value emotion_accuracy(Chosen chosen) {
  return accuracy(labels<side>(chosen));
}
template <Side side>
Value emotion_f1(Chosen chosen) {
  return macro_f1(labels<side>(chosen));
}

template <Side side>
Value intensity_rho(Chosen chosen) {
  std::vector<double> asked, judged;
  each_judgement(chosen, side, [&](const EmotionSeen& seen, const Judgement& judgement) {
    if (seen.asked == kNeutral) return;
    asked.push_back(double{seen.asked_strength});
    judged.push_back(double{judgement.strength});
  });
  return spearman(asked, judged);
}

// A weighted mean; none of nothing.
class Mean {
 public:
  void add(double value, double weight = 1) {
    sum_ += value;
    weight_ += weight;
  }
  Value value() const { return weight_ > 0 ? Value(sum_ / weight_) : std::nullopt; }

 private:
  double sum_ = 0, weight_ = 0;
};

// The weighted mean of an observation over the chosen sequences; add(mean, observation, sequence).
template <class T, class Add>
Value mean_of(Chosen chosen, std::optional<T> Observations::*member, const Add& add) {
  Mean mean;
  each_seen(chosen, member,
            [&](const T& seen, const SequenceMetrics& sequence) { add(mean, seen, sequence); });
  return mean.value();
}

Value monotonicity(Chosen chosen) {
  return mean_of(chosen, &Observations::levels, [](Mean& mean, const auto& levels, const auto&) {
    const auto falls = std::adjacent_find(levels.begin(), levels.end(), std::greater_equal<>());
    mean.add(falls == levels.end() ? 1 : 0);
  });
}

template <Side side>
Value closure_rate(Chosen chosen) {
  return mean_of(chosen, &Observations::closures, [](Mean& mean, const Closures& c, const auto&) {
    const bool truth = side == Side::kTruth;
    mean.add(static_cast<double>(truth ? c.truth : c.closed),
             static_cast<double>(truth ? c.phones : c.spoken));
  });
}

template <Side side>
Value blink_rate(Chosen chosen) {
  constexpr double kFramesPerMinute = 60 * flame::kFps;
  return mean_of(chosen, &Observations::blinks, [](Mean& mean, const Blinks& b, const auto&) {
    const bool truth = side == Side::kTruth;
    const auto frames = static_cast<double>(truth ? b.truth_frames : b.predicted_frames);
    mean.add(kFramesPerMinute * static_cast<double>(truth ? b.truth : b.predicted), frames);
  });
}

// Every frame counts once.
template <Side side>
Value jitter(Chosen chosen) {
  return mean_of(chosen, &Observations::jitter,
                 [](Mean& mean, const Jitter& j, const SequenceMetrics& sequence) {
                   const auto frames = static_cast<double>(sequence.frames);
                   mean.add(frames * (side == Side::kTruth ? j.truth : j.prediction), frames);
                 });
}
Value jitter_ratio(Chosen chosen) {
  const Value truth = jitter<Side::kTruth>(chosen);
  if (!truth || *truth == 0) return std::nullopt;
  return *jitter<Side::kPrediction>(chosen) / *truth;
}

template <size_t index>
Value spread(Chosen chosen) {
  return mean_of(
      chosen, &Observations::spread,
      [](Mean& mean, const auto& by_temperature, const auto&) { mean.add(by_temperature[index]); });
}

template <double Density::*member>
Value nll(Chosen chosen) {
  return mean_of(
      chosen, &Observations::density,
      [](Mean& mean, const Density& density, const auto&) { mean.add(density.*member); });
}
template <double Density::*member>
Value bits(Chosen chosen) {
  const Value nats = nll<member>(chosen);
  return nats ? Value(*nats / std::numbers::ln2) : std::nullopt;
}
Value conditioning_gain(Chosen chosen) {
  const Value own = nll<&Density::nll>(chosen);
  return own ? Value(*nll<&Density::shuffled_nll>(chosen) - *own) : std::nullopt;
}

// Lag-1 autocorrelation of the residual per channel, all chosen sequences pooled.
std::vector<double> autocorrelations(Chosen chosen) {
  std::vector<double> lagged, squared;
  each_seen(chosen, &Observations::density, [&](const Density& density, const SequenceMetrics&) {
    lagged.resize(density.lagged.size());
    squared.resize(density.squared.size());
    for (size_t c = 0; c < lagged.size(); ++c) {
      lagged[c] += density.lagged[c];
      squared[c] += density.squared[c];
    }
  });
  for (size_t c = 0; c < lagged.size(); ++c) {
    lagged[c] = squared[c] > 0 ? lagged[c] / squared[c] : 0;
  }
  return lagged;
}
const std::vector<float>* learned_rho(Chosen chosen) {
  const std::vector<float>* rho = nullptr;
  each_seen(chosen, &Observations::density,
            [&](const Density& density, const SequenceMetrics&) { rho = density.rho.get(); });
  return rho;
}
Value autocorrelation(Chosen chosen) {
  Mean mean;
  for (const double a : autocorrelations(chosen)) mean.add(a);
  return mean.value();
}
Value mean_rho(Chosen chosen) {
  Mean mean;
  if (const auto* rho = learned_rho(chosen)) {
    for (const float r : *rho) mean.add(double{r});
  }
  return mean.value();
}
Value autocorrelation_error(Chosen chosen) {
  Mean mean;
  const std::vector<double> found = autocorrelations(chosen);
  for (size_t c = 0; c < found.size(); ++c) {
    mean.add(std::abs(found[c] - double{(*learned_rho(chosen))[c]}));
  }
  return mean.value();
}

constexpr std::string_view kTruth = "of the truth";
constexpr Side kT = Side::kTruth, kP = Side::kPrediction;

constexpr auto kBehaviours = std::to_array<BehaviourInfo>({
    {"Emotion_accuracy", "emotion accuracy", "1", Better::kHigher, emotion_accuracy<kP>,
     emotion_accuracy<kT>, kTruth, "share of motions judged to show the emotion asked for"},
    {"Emotion_macro_F1", "emotion macro F1", "1", Better::kHigher, emotion_f1<kP>, emotion_f1<kT>,
     kTruth, "F1 of each emotion, averaged"},
    {"Intensity_rho", "intensity correlation", "1", Better::kHigher, intensity_rho<kP>,
     intensity_rho<kT>, kTruth, "Spearman's rho of asked and judged strength, emotional clips"},
    {"Monotonicity", "monotonicity", "1", Better::kHigher, monotonicity, nullptr, "",
     "share of clips whose judged strength rises from low to medium to high"},
    {"Closure_rate", "bilabial closures", "1", Better::kHigher, closure_rate<kP>, closure_rate<kT>,
     kTruth, "share of P, B, M phones at which the lips shut"},
    {"Blinks", "blinks", "per minute", Better::kNearReference, blink_rate<kP>, blink_rate<kT>,
     kTruth, "how often both eyes fall shut"},
    {"Jitter", "mean acceleration", "m/s^2", Better::kNearReference, jitter<kP>, jitter<kT>, kTruth,
     "mean |acceleration| over all vertices"},
    {"Jitter_ratio", "its ratio to the truth", "1", Better::kNearReference, jitter_ratio, nullptr,
     "", "best near 1"},
    {"Spread_0.1", "spread at temperature 0.1", "m", Better::kHigher, spread<0>, nullptr, "",
     "deviation of vertices over samples"},
    {"Spread_0.2", "spread at temperature 0.2", "m", Better::kHigher, spread<1>, nullptr, "",
     "the same"},
    {"Spread_0.3", "spread at temperature 0.3", "m", Better::kHigher, spread<2>, nullptr, "",
     "the same"},
    {"Spread_0.5", "spread at temperature 0.5", "m", Better::kHigher, spread<3>, nullptr, "",
     "the same"},
    {"NLL", "surprise at the truth", "nats per dimension", Better::kLower, nll<&Density::nll>,
     nll<&Density::shuffled_nll>, "under another voice",
     "negative log density of the recorded motion"},
    {"Bits_per_dim", "the same in bits", "bits per dimension", Better::kLower, bits<&Density::nll>,
     bits<&Density::shuffled_nll>, "under another voice", "NLL / ln 2"},
    {"Conditioning_gain", "conditioning gain", "nats per dimension", Better::kHigher,
     conditioning_gain, nullptr, "", "by how much the true voice explains the motion better"},
    {"Residual_autocorrelation", "residual autocorrelation", "1", Better::kNearReference,
     autocorrelation, mean_rho, "learned rho", "at lag 1, mean over channels of the base"},
    {"Residual_autocorrelation_error", "its distance to rho", "1", Better::kLower,
     autocorrelation_error, nullptr, "", "mean over channels of |autocorrelation - rho|"},
});
static_assert(kSpreadTemperatures == std::array{0.1, 0.2, 0.3, 0.5}, "keys of the spread");

std::vector<const SequenceMetrics*> pointers_to(std::span<const SequenceMetrics> sequences) {
  std::vector<const SequenceMetrics*> pointers;
  for (const SequenceMetrics& sequence : sequences) pointers.push_back(&sequence);
  return pointers;
}

// A figure that is drawn again and again, and where its interval belongs.
struct Drawn {
  Value (*figure)(Chosen);
  std::optional<Interval>* interval;
  std::vector<double> draws{};
};

}  // namespace

std::span<const BehaviourInfo> behaviours() { return kBehaviours; }

const BehaviourInfo& behaviour(std::string_view key) {
  const auto found = std::find_if(kBehaviours.begin(), kBehaviours.end(),
                                  [&](const BehaviourInfo& info) { return info.key == key; });
  FT_CHECK(found != kBehaviours.end(), "no figure {}", key);
  return *found;
}

std::vector<BehaviourValue> behaviour_values(std::span<const SequenceMetrics> sequences,
                                             const BootstrapOptions& options) {
  const std::vector<const SequenceMetrics*> all = pointers_to(sequences);
  std::vector<BehaviourValue> values;
  for (const BehaviourInfo& info : kBehaviours) {
    BehaviourValue value{&info, info.value(all), {}, {}, {}};
    if (info.reference != nullptr) value.reference = info.reference(all);
    if (value.value) values.push_back(value);
  }
  if (sequences.size() < 2) return values;
  std::vector<Drawn> figures;
  for (BehaviourValue& value : values) {
    figures.push_back({value.info->value, &value.interval});
    if (value.reference) figures.push_back({value.info->reference, &value.reference_interval});
  }
  std::vector<const SequenceMetrics*> chosen(all.size());
  Rng rng(options.seed);
  for (int draw = 0; draw < options.resamples; ++draw) {
    for (auto& one : chosen) {
      one = all[static_cast<size_t>(rng.integer(0, static_cast<int64_t>(all.size()) - 1))];
    }
    for (Drawn& drawn : figures) {
      if (const Value v = drawn.figure(chosen)) drawn.draws.push_back(*v);
    }
  }
  for (Drawn& drawn : figures) {  // an interval only if every draw had what the figure takes
    if (drawn.draws.size() < static_cast<size_t>(options.resamples)) continue;
    *drawn.interval = percentile_interval(std::move(drawn.draws), options.level);
  }
  return values;
}

std::optional<EmotionConfusion> emotion_confusion(std::span<const SequenceMetrics> sequences) {
  const std::vector<const SequenceMetrics*> all = pointers_to(sequences);
  EmotionConfusion confusion;
  bool any = false;
  const auto count = [&](Side side, EmotionConfusion::Counts& counts) {
    each_judgement(all, side, [&](const EmotionSeen& seen, const Judgement& judgement) {
      if (!any) {
        const size_t emotions = judgement.probabilities.size();
        confusion.truth.assign(emotions, std::vector<int64_t>(emotions, 0));
        confusion.prediction = confusion.truth;
      }
      ++counts.at(static_cast<size_t>(seen.asked)).at(static_cast<size_t>(judgement.emotion()));
      any = true;
    });
  };
  count(Side::kTruth, confusion.truth);
  count(Side::kPrediction, confusion.prediction);
  return any ? std::optional(confusion) : std::nullopt;
}

}  // namespace flowtalk::evaluate
