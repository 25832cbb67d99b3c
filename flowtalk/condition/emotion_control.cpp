#include "flowtalk/condition/emotion_control.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "flowtalk/base/conditions.h"
#include "flowtalk/base/error.h"

namespace flowtalk::condition {
namespace {

// Fills the frames that have no share of their own (negative) evenly from both sides.
void fill_gaps(std::vector<float>& share) {
  for (size_t t = 0; t < share.size(); ++t) {
    if (share[t] >= 0) continue;
    size_t end = t;
    while (end < share.size() && share[end] < 0) ++end;
    const bool first = t == 0, last = end == share.size();
    const float after = last ? share[t - 1] : share[end];
    const float before = first ? after : share[t - 1];
    for (size_t i = t; i < end; ++i) {
      const float along = static_cast<float>(i - t + 1) / static_cast<float>(end - t + 1);
      share[i] = before + along * (after - before);
    }
  }
}

EmotionShare alone(const EmotionCurve& curve, size_t emotion) {
  EmotionShare one{curve, {}};
  std::fill(one.curve.weights.begin(), one.curve.weights.end(), 0.0f);
  const size_t count = curve.emotions();
  for (size_t t = 0; t < curve.strength.size(); ++t) {
    const float* weights = curve.weights.data() + t * count;
    const float sum = std::accumulate(weights, weights + count, 0.0f);
    one.curve.weights[t * count + emotion] = 1;
    one.share.push_back(curve.strength[t] > 0 ? weights[emotion] / sum : -1);
    if (emotion == kNeutral) one.curve.strength[t] = 0;
  }
  fill_gaps(one.share);
  return one;
}

}  // namespace

EmotionCurve EmotionCurve::constant(std::span<const float> mix, float strength, int64_t frames) {
  FT_CHECK(!mix.empty(), "no emotion weights");
  std::vector<float> weights(mix.begin(), mix.end());
  const float expressed = 1.0f - weights[kNeutral];
  if (expressed > 0) {
    for (float& w : weights) w /= expressed;
    weights[kNeutral] = 0;
  }
  EmotionCurve curve;
  curve.frames = frames;
  curve.strength.assign(static_cast<size_t>(frames), strength * std::max(0.0f, expressed));
  for (int64_t t = 0; t < frames; ++t) {
    curve.weights.insert(curve.weights.end(), weights.begin(), weights.end());
  }
  return curve;
}

std::vector<EmotionShare> emotions_apart(const EmotionCurve& curve) {
  FT_CHECK(curve.batch == 1, "{} clips", curve.batch);
  const size_t count = curve.emotions();
  std::vector<bool> shown(count, false);
  for (size_t i = 0; i < curve.weights.size(); ++i) {
    if (curve.strength[i / count] > 0 && curve.weights[i] > 0) shown[i % count] = true;
  }
  if (std::count(shown.begin(), shown.end(), true) <= 1) {
    return {{curve, std::vector<float>(curve.strength.size(), 1.0f)}};
  }
  std::vector<EmotionShare> all;
  for (size_t e = 0; e < count; ++e) {
    if (shown[e]) all.push_back(alone(curve, e));
  }
  return all;
}

RecycledVector<float> intensity_segments(float strength, size_t levels) {
  const auto count = static_cast<float>(levels);
  const float most = 1 + (kMaxStrength - 1) * count;  // of the last one
  RecycledVector<float> result(levels);
  for (size_t j = 0; j < result.size(); ++j) {
    const float top = j + 1 == result.size() ? most : 1.0f;
    result[j] = std::clamp(count * strength - static_cast<float>(j), 0.0f, top);
  }
  return result;
}

RecycledVector<float> level_weights(float strength, size_t levels) {
  const auto count = static_cast<float>(levels);
  const float position = std::clamp(count * strength - 1, 0.0f, count - 1);
  RecycledVector<float> result(levels);
  for (size_t j = 0; j < result.size(); ++j) {
    result[j] = std::max(0.0f, 1 - std::abs(position - static_cast<float>(j)));
  }
  return result;
}

}  // namespace flowtalk::condition
