#include "flowtalk/arkit/mouth_mix.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <vector>

#include "flowtalk/arkit/bounded_squares.h"

namespace flowtalk::arkit {
namespace {

constexpr double kRidge = 0.02;  // so that near mouths do not play against each other

float product(const Mouth& counts, const Mouth& a, const Mouth& b) {
  float sum = 0;
  for (size_t k = 0; k < kMouthFeatures; ++k) sum += counts[k] * a[k] * b[k];
  return sum;
}

}  // namespace

float both_sides(const Scores& scores, size_t left) {
  return 0.5f * (scores[left] + scores[kPartner[left]]);
}

Mouth mouth_of(const Scores& s) {
  return {std::max(0.0f, s[shape("jawOpen")] - s[shape("mouthClose")]),
          s[shape("mouthFunnel")],
          s[shape("mouthPucker")],
          both_sides(s, shape("mouthStretchLeft")),
          both_sides(s, shape("mouthLowerDownLeft")),
          both_sides(s, shape("mouthUpperUpLeft")),
          s[shape("mouthRollLower")],
          s[shape("mouthRollUpper")],
          both_sides(s, shape("mouthPressLeft")),
          s[shape("tongueOut")]};
}

void mix_mouths(std::span<const Mouth> mouths, const Mouth& counts, const Mouth& mouth,
                std::span<float> mix) {
  BoundedSquares problem;
  for (size_t i = 0; i < mouths.size(); ++i) {
    for (size_t j = 0; j < mouths.size(); ++j) {
      problem.q.push_back(double{product(counts, mouths[i], mouths[j])} + (i == j ? kRidge : 0));
    }
    problem.b.push_back(double{product(counts, mouths[i], mouth)});
    problem.upper.push_back(std::numeric_limits<double>::infinity());
  }
  std::vector<double> best(mouths.size());
  minimise(problem, best);
  for (size_t i = 0; i < mouths.size(); ++i) mix[i] = static_cast<float>(best[i]);
}

void bound_mix(std::span<float> weights) {
  for (float& w : weights) w = std::clamp(w, 0.0f, 1.0f);
  const float sum = std::accumulate(weights.begin(), weights.end(), 0.0f);
  for (float& w : weights) w /= std::max(1.0f, sum);
}

}  // namespace flowtalk::arkit
