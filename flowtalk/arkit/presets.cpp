#include "flowtalk/arkit/presets.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <span>

#include "flowtalk/arkit/bounded_squares.h"

namespace flowtalk::arkit {
namespace {

// What tells vowels apart: how far a mouth is open, and five shapes, both sides together.
constexpr size_t kFeatures = 6, kVowels = 5;
using Mouth = std::array<float, kFeatures>;  // open, funnel, pucker, stretch, lower down, upper up
constexpr Mouth kCounts{2, 1, 1, 0.7f, 0.4f, 0.4f};  // how much each counts
// Mouths that a full vowel is taken to be.
constexpr std::array<Mouth, kVowels> kMouths{Mouth{0.55f, 0, 0, 0, 0.25f, 0.15f},     // aa
                                             Mouth{0.20f, 0, 0, 0.25f, 0.3f, 0.2f},   // ih
                                             Mouth{0.12f, 0.35f, 0.75f, 0, 0, 0},     // ou
                                             Mouth{0.15f, 0, 0, 0.5f, 0.35f, 0.25f},  // ee
                                             Mouth{0.40f, 0.55f, 0.35f, 0, 0, 0}};    // oh
constexpr double kRidge = 0.02;  // so that near vowels do not play against each other

float both(const Scores& scores, size_t left) {
  return 0.5f * (scores[left] + scores[kPartner[left]]);
}

Mouth mouth_of(const Scores& s) {
  return {std::max(0.0f, s[shape("jawOpen")] - s[shape("mouthClose")]),
          s[shape("mouthFunnel")],
          s[shape("mouthPucker")],
          both(s, shape("mouthStretchLeft")),
          both(s, shape("mouthLowerDownLeft")),
          both(s, shape("mouthUpperUpLeft"))};
}

float product(const Mouth& a, const Mouth& b) {
  float sum = 0;
  for (size_t k = 0; k < kFeatures; ++k) sum += kCounts[k] * a[k] * b[k];
  return sum;
}

// Least squares with weights of at least 0.
std::array<float, kVowels> mix_of(const Mouth& mouth) {
  BoundedSquares problem;
  for (size_t i = 0; i < kVowels; ++i) {
    for (size_t j = 0; j < kVowels; ++j) {
      problem.q.push_back(double{product(kMouths[i], kMouths[j])} + (i == j ? kRidge : 0));
    }
    problem.b.push_back(double{product(kMouths[i], mouth)});
    problem.upper.push_back(std::numeric_limits<double>::infinity());
  }
  std::array<double, kVowels> best{};
  minimise(problem, best);
  std::array<float, kVowels> mix{};
  for (size_t i = 0; i < kVowels; ++i) mix[i] = static_cast<float>(best[i]);
  return mix;
}

void bound(std::span<float> weights) {
  for (float& w : weights) w = std::clamp(w, 0.0f, 1.0f);
  const float sum = std::accumulate(weights.begin(), weights.end(), 0.0f);
  for (float& w : weights) w /= std::max(1.0f, sum);
}

}  // namespace

Presets presets_of(const Scores& s) {
  Presets presets{};
  std::ranges::copy(mix_of(mouth_of(s)), presets.begin());
  bound(std::span(presets).first(kVowels));
  presets[kVowels] = std::clamp(s[shape("eyeBlinkLeft")], 0.0f, 1.0f);
  presets[kVowels + 1] = std::clamp(s[shape("eyeBlinkRight")], 0.0f, 1.0f);
  // A mood is full where its sign is as strong as faces show it.
  const std::span moods = std::span(presets).subspan(kVowels + 2);
  moods[0] = both(s, shape("mouthSmileLeft")) / 0.7f;
  moods[1] = both(s, shape("browDownLeft")) / 0.8f;
  moods[2] = both(s, shape("mouthFrownLeft")) / 0.6f;
  moods[3] = (both(s, shape("browOuterUpLeft")) + both(s, shape("eyeWideLeft"))) / 1.6f;
  bound(moods);
  return presets;
}

}  // namespace flowtalk::arkit
