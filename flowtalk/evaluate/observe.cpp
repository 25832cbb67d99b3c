#include "flowtalk/evaluate/observe.h"

#include <algorithm>
#include <cmath>

#include "flowtalk/base/conditions.h"
#include "flowtalk/base/error.h"
#include "flowtalk/evaluate/closures.h"
#include "flowtalk/face/blinks.h"

namespace flowtalk::evaluate {
namespace {

using tensor::Tensor;

constexpr uint32_t kSpreadTakes = 4;

int emotion_of(const predict::PredictOptions& options) {
  const auto found = std::find(options.asked.emotion.begin(), options.asked.emotion.end(), 1.0f);
  FT_CHECK(found != options.asked.emotion.end(), "a mix of emotions");
  return static_cast<int>(found - options.asked.emotion.begin());
}

// Mean over vertices of sqrt(sum over takes |x - mean|^2 / (takes - 1)); takes: (V*3) each.
double deviation(const std::vector<std::vector<float>>& takes) {
  const auto count = static_cast<double>(takes.size());
  const size_t size = takes.front().size();
  double sum = 0;
  for (size_t i = 0; i < size; i += 3) {
    double squared = 0;
    for (size_t k = i; k < i + 3; ++k) {
      double mean = 0;
      for (const auto& take : takes) mean += double{take[k]} / count;
      for (const auto& take : takes) squared += (double{take[k]} - mean) * (double{take[k]} - mean);
    }
    sum += std::sqrt(squared / (count - 1));
  }
  return sum / static_cast<double>(size / 3);
}

}  // namespace

EmotionSeen see_emotion(const EmotionClassifier& classifier, const ObservedClip& clip) {
  EmotionSeen seen;
  seen.asked = emotion_of(clip.options);
  seen.asked_strength = clip.options.asked.strength;
  seen.truth = classifier.judge(clip.truth);
  for (const motion::Motion& sample : clip.samples)
    seen.samples.push_back(classifier.judge(sample));
  return seen;
}

std::optional<std::vector<float>> see_levels(const EmotionClassifier& classifier,
                                             const predict::Session& session,
                                             const ObservedClip& clip) {
  const Conditions& conditions = session.config().conditions;
  const auto count = static_cast<int>(conditions.levels.size());
  if (emotion_of(clip.options) == kNeutral || count < 2) return std::nullopt;
  std::vector<float> levels;
  for (int level = 0; level < count; ++level) {
    predict::PredictOptions options = clip.options;
    options.asked.strength = conditions.strength_of(level);
    const bool known =
        options.asked.strength == clip.options.asked.strength && !clip.samples.empty();
    const motion::Motion motion = known ? clip.samples[0] : session.predict(clip.speech, options);
    levels.push_back(classifier.judge(motion).strength);
  }
  return levels;
}

std::optional<Closures> see_closures(const std::vector<data::Phone>& phones,
                                     const ObservedClip& clip, const face::Deformer& deformer) {
  int64_t frames = clip.truth.frames();
  for (const motion::Motion& sample : clip.samples) frames = std::min(frames, sample.frames());
  const std::vector<FrameRange> ranges = bilabials(phones, frames);
  if (ranges.empty()) return std::nullopt;
  Closures closures;
  closures.phones = static_cast<int64_t>(ranges.size());
  closures.truth = count_shut(smallest_gaps(clip.truth, ranges, deformer));
  for (const motion::Motion& sample : clip.samples) {
    closures.spoken += closures.phones;
    closures.closed += count_shut(smallest_gaps(sample, ranges, deformer));
  }
  return closures;
}

Blinks see_blinks(const ObservedClip& clip) {
  Blinks blinks{face::count_blinks(clip.truth), clip.truth.frames(), 0, 0};
  for (const motion::Motion& sample : clip.samples) {
    blinks.predicted += face::count_blinks(sample);
    blinks.predicted_frames += sample.frames();
  }
  return blinks;
}

std::array<double, kSpreadTemperatures.size()> see_spread(const predict::Session& session,
                                                          const ObservedClip& clip,
                                                          const face::Deformer& deformer) {
  std::array<double, kSpreadTemperatures.size()> spread{};
  const auto size = static_cast<size_t>(deformer.face().vertex_count() * 3);
  std::vector<std::vector<float>> vertices(kSpreadTakes, std::vector<float>(size));
  for (size_t i = 0; i < spread.size(); ++i) {
    std::vector<motion::Motion> takes;
    predict::PredictOptions options = clip.options;
    options.region_temperature.reset();
    options.blinks_per_minute = 0;
    options.temperature = static_cast<float>(kSpreadTemperatures[i]);
    for (options.take = 0; options.take < kSpreadTakes; ++options.take) {
      takes.push_back(session.predict(clip.speech, options));
    }
    const int64_t frames = takes.front().frames();
    for (int64_t t = 0; t < frames; ++t) {
      for (size_t take = 0; take < takes.size(); ++take) {
        deformer.vertices(face::frame_of(takes[take], t), vertices[take]);
      }
      spread[i] += deviation(vertices) / static_cast<double>(frames);
    }
  }
  return spread;
}

std::optional<Density> see_density(const predict::Session& session, const ObservedClip& clip,
                                   const predict::SpeechFeatures& other,
                                   std::shared_ptr<const std::vector<float>> rho) {
  const int64_t frames =
      std::min({clip.truth.frames(), clip.speech.values.dim(1), other.values.dim(1)});
  if (frames < 4) return std::nullopt;
  const condition::Asked& condition = clip.options.asked;
  const motion::Motion motion = slice(clip.truth, 0, frames);
  const auto per_dimension = [&](const analyse::Likelihood& likelihood) {
    return -likelihood.log_prob / static_cast<double>(likelihood.dimensions);
  };
  const auto own =
      analyse::likelihood(session, first_frames(clip.speech, frames), motion, condition);
  const auto shuffled =
      analyse::likelihood(session, first_frames(other, frames), motion, condition);
  Density density{per_dimension(own), per_dimension(shuffled), {}, {}, std::move(rho)};
  const int64_t steps = own.residual.dim(0), channels = own.residual.dim(1);
  FT_CHECK(channels == static_cast<int64_t>(density.rho->size()), "{} channels", channels);
  density.lagged.resize(static_cast<size_t>(channels));
  density.squared.resize(static_cast<size_t>(channels));
  for (int64_t t = 1; t < steps; ++t) {
    for (int64_t c = 0; c < channels; ++c) {
      const double now = own.residual[t * channels + c];
      const double last = own.residual[(t - 1) * channels + c];
      density.lagged[static_cast<size_t>(c)] += now * last;
      density.squared[static_cast<size_t>(c)] += (now * now + last * last) / 2;
    }
  }
  return density;
}

}  // namespace flowtalk::evaluate
