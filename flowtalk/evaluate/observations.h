// What is seen of one sequence beside vertex distances (docs/math/metrics.md): kept small, so that
// figures and their bootstrap intervals can be formed over any choice of sequences.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace flowtalk::evaluate {

struct Judgement {
  std::vector<float> probabilities;  // of the classifier's emotions, sum 1
  float strength = 0;                // 0 (neutral) .. 1.25

  int emotion() const;  // the likeliest
};

// What was asked for, and what the classifier sees in the recorded and in the predicted motion.
struct EmotionSeen {
  int asked = 0;  // one of the classifier's
  float asked_strength = 0;
  Judgement truth;
  std::vector<Judgement> samples;
};

// How many P, B and M phones are spoken, and at how many the lips shut.
struct Closures {
  int64_t phones = 0, truth = 0;
  int64_t spoken = 0, closed = 0;  // over all samples
};

// How often both eyes fall shut, and in how many frames that was counted; of all samples.
struct Blinks {
  int64_t truth = 0, truth_frames = 0;
  int64_t predicted = 0, predicted_frames = 0;
};

// Mean |acceleration| over vertices and frames, m/s^2; of the first sample.
struct Jitter {
  double truth = 0, prediction = 0;
};

// The exact density of the recorded motion, nats per latent value, and the residual's sums per
// channel: of r_t r_(t-1), and of (r_t^2 + r_(t-1)^2) / 2.
struct Density {
  double nll = 0, shuffled_nll = 0;  // under the true voice, under another clip's
  std::vector<double> lagged, squared;
  std::shared_ptr<const std::vector<float>> rho;  // what the base has learned, per channel
};

inline constexpr std::array<double, 4> kSpreadTemperatures = {0.1, 0.2, 0.3, 0.5};

struct Observations {
  std::optional<EmotionSeen> emotion;
  std::optional<std::vector<float>> levels;  // judged strength at each level, weakest first
  std::optional<Closures> closures;
  std::optional<Blinks> blinks;
  std::optional<Jitter> jitter;
  std::optional<std::array<double, kSpreadTemperatures.size()>> spread;  // metres
  std::optional<Density> density;
};

}  // namespace flowtalk::evaluate
