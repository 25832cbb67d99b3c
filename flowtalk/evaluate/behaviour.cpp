#include "flowtalk/evaluate/behaviour.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "flowtalk/base/conditions.h"
#include "flowtalk/base/error.h"
#include "flowtalk/base/rng.h"
#include "flowtalk/evaluate/statistics.h"

namespace flowtalk::evaluate {
namespace {

using Value = std::optional<double>;

enum class Side { kTruth, kPrediction };

// Calls see(asked, asked strength, judgement) for all that was judged on one side.
template <class See>
void each_judgement(Chosen chosen, Side side, const See& see) {
  for (const SequenceMetrics* sequence : chosen) {
    const auto& seen = sequence->observed.emotion;
    if (!seen) continue;
    if (side == Side::kTruth) {
      see(*seen, seen->truth);
    } else {
      for (const Judgement& judgement : seen->samples) see(*seen, judgement);
    }
  }
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

// Sums over the chosen sequences that have an observation.
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

Value monotonicity(Chosen chosen) {
  Mean rising;
  for (const SequenceMetrics* sequence : chosen) {
    const auto& levels = sequence->observed.levels;
    if (!levels) continue;
    rising.add((*levels)[0] < (*levels)[1] && (*levels)[1] < (*levels)[2] ? 1 : 0);
  }
  return rising.value();
}

template <Side side>
Value closure_rate(Chosen chosen) {
  Mean shut;
  for (const SequenceMetrics* sequence : chosen) {
    const auto& c = sequence->observed.closures;
    if (!c) continue;
    const bool truth = side == Side::kTruth;
    shut.add(static_cast<double>(truth ? c->truth : c->closed),
             static_cast<double>(truth ? c->phones : c->spoken));
  }
  return shut.value();
}

// Every frame counts once.
template <Side side>
Value jitter(Chosen chosen) {
  Mean mean;
  for (const SequenceMetrics* sequence : chosen) {
    const auto& j = sequence->observed.jitter;
    if (!j) continue;
    const auto frames = static_cast<double>(sequence->frames);
    mean.add(frames * (side == Side::kTruth ? j->truth : j->prediction), frames);
  }
  return mean.value();
}
Value jitter_ratio(Chosen chosen) {
  const Value truth = jitter<Side::kTruth>(chosen);
  if (!truth || *truth == 0) return std::nullopt;
  return *jitter<Side::kPrediction>(chosen) / *truth;
}

template <size_t index>
Value spread(Chosen chosen) {
  Mean mean;
  for (const SequenceMetrics* sequence : chosen) {
    if (sequence->observed.spread) mean.add((*sequence->observed.spread)[index]);
  }
  return mean.value();
}

template <double Density::*member>
Value nll(Chosen chosen) {
  Mean mean;
  for (const SequenceMetrics* sequence : chosen) {
    if (sequence->observed.density) mean.add((*sequence->observed.density).*member);
  }
  return mean.value();
}
Value conditioning_gain(Chosen chosen) {
  const Value own = nll<&Density::nll>(chosen);
  return own ? Value(*nll<&Density::shuffled_nll>(chosen) - *own) : std::nullopt;
}

// Lag-1 autocorrelation of the residual per channel, all chosen sequences pooled.
std::vector<double> autocorrelations(Chosen chosen) {
  std::vector<double> lagged, squared;
  for (const SequenceMetrics* sequence : chosen) {
    const auto& density = sequence->observed.density;
    if (!density) continue;
    lagged.resize(density->lagged.size());
    squared.resize(density->squared.size());
    for (size_t c = 0; c < lagged.size(); ++c) {
      lagged[c] += density->lagged[c];
      squared[c] += density->squared[c];
    }
  }
  for (size_t c = 0; c < lagged.size(); ++c) {
    lagged[c] = squared[c] > 0 ? lagged[c] / squared[c] : 0;
  }
  return lagged;
}
const std::vector<float>* learned_rho(Chosen chosen) {
  for (const SequenceMetrics* sequence : chosen) {
    if (sequence->observed.density) return sequence->observed.density->rho.get();
  }
  return nullptr;
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
    {"Conditioning_gain", "conditioning gain", "nats per dimension", Better::kHigher,
     conditioning_gain, nullptr, "", "by how much the true voice explains the motion better"},
    {"Residual_autocorrelation", "residual autocorrelation", "1", Better::kNearReference,
     autocorrelation, mean_rho, "learned rho", "at lag 1, mean over channels of the base"},
    {"Residual_autocorrelation_error", "its distance to rho", "1", Better::kLower,
     autocorrelation_error, nullptr, "", "mean over channels of |autocorrelation - rho|"},
});
static_assert(kSpreadTemperatures == std::array{0.1, 0.2, 0.3, 0.5}, "keys of the spread");

// Draws of one figure; an interval of those that were defined, if all were.
std::optional<Interval> interval_of(std::vector<double> drawn, const BootstrapOptions& options) {
  if (drawn.size() < static_cast<size_t>(options.resamples)) return std::nullopt;
  return percentile_interval(std::move(drawn), options.level);
}

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
  std::vector<const SequenceMetrics*> all;
  for (const SequenceMetrics& sequence : sequences) all.push_back(&sequence);
  std::vector<BehaviourValue> values;
  for (const BehaviourInfo& info : kBehaviours) {
    BehaviourValue value{&info, info.value(all), {}, {}, {}};
    if (info.reference != nullptr) value.reference = info.reference(all);
    if (value.value) values.push_back(value);
  }
  if (sequences.size() < 2) return values;
  std::vector<std::vector<double>> drawn(values.size()), drawn_reference(values.size());
  std::vector<const SequenceMetrics*> chosen(all.size());
  Rng rng(options.seed);
  for (int draw = 0; draw < options.resamples; ++draw) {
    for (auto& one : chosen) {
      one = all[static_cast<size_t>(rng.integer(0, static_cast<int64_t>(all.size()) - 1))];
    }
    for (size_t i = 0; i < values.size(); ++i) {
      if (const Value v = values[i].info->value(chosen)) drawn[i].push_back(*v);
      if (!values[i].reference) continue;
      if (const Value v = values[i].info->reference(chosen)) drawn_reference[i].push_back(*v);
    }
  }
  for (size_t i = 0; i < values.size(); ++i) {
    values[i].interval = interval_of(std::move(drawn[i]), options);
    values[i].reference_interval = interval_of(std::move(drawn_reference[i]), options);
  }
  return values;
}

}  // namespace flowtalk::evaluate
