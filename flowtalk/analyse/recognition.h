// Which emotion and level a performance was made with, by Bayes' rule over its exact likelihoods.
#pragma once

#include <array>
#include <filesystem>
#include <optional>
#include <span>

#include "flowtalk/analyse/likelihood.h"

namespace flowtalk::analyse {

// The 22 conditions of 3DMEAD: neutral, then seven emotions at three levels.
inline constexpr size_t kLabels = 22;
struct Label {
  int emotion = 0, level = 0;  // the level of neutral is 0
  bool operator==(const Label&) const = default;
};
constexpr Label label_at(size_t index) {
  if (index == 0) return {};
  return {static_cast<int>(1 + (index - 1) / 3), static_cast<int>((index - 1) % 3)};
}
constexpr size_t index_of(const Label& label) {
  return label.emotion == 0 ? 0 : static_cast<size_t>(3 * label.emotion - 2 + label.level);
}
condition::Asked condition_of(const Label& label, int style);

// Neighbouring frames repeat each other, so that a likelihood counts their evidence many times
// over. Probabilities are formed from its power `exponent` < 1, fitted on held-out clips.
inline constexpr double kUsualExponent = 0.2;

// What the probabilities of a checkpoint's judgements need; calibration.json beside its weights.
struct Calibration {
  double exponent = kUsualExponent;
  int64_t clips = 0;  // it was fitted on; 0: none, the exponent is the usual one
};
// Of a checkpoint without the file, the usual one. Error: a damaged file.
Calibration load_calibration(const std::filesystem::path& checkpoint);
void save_calibration(const std::filesystem::path& checkpoint, const Calibration& calibration);

using LogProbs = std::array<double, kLabels>;  // natural logarithms, by index of the label

// p(label) ~ prior(label) exp(exponent log_prob(label)); the prior is uniform over emotions and,
// within one, over levels. They sum to 1.
std::array<double, kLabels> probabilities(const LogProbs& log_probs, double exponent);
// The same summed over levels.
std::array<double, 8> emotion_probabilities(const std::array<double, kLabels>& probability);

// A clip whose label is known.
struct LabelledLikelihood {
  Label label;
  LogProbs log_probs{};
};
// The exponent in 0.001 .. 1 under which the labels are most probable. Error: no clips.
Calibration fit_exponent(std::span<const LabelledLikelihood> clips);

struct Recognition {
  int style = 0;
  LogProbs log_probs{};
  int64_t dimensions = 0;
  double bits_per_dim(size_t label) const;
  size_t most_likely() const;  // the label of the largest likelihood
};

// The style under which the performance is most likely if the rest of the condition is given.
int likeliest_style(const predict::Session& session, const predict::SpeechFeatures& speech,
                    const motion::Motion& motion, const condition::Asked& asked);

// Under a style, or, without one, under the most likely style, which is found by turns: the best
// label for a style, then the best style for that label, until both stay.
Recognition recognise(const predict::Session& session, const predict::SpeechFeatures& speech,
                      const motion::Motion& motion, std::optional<int> style);

}  // namespace flowtalk::analyse
