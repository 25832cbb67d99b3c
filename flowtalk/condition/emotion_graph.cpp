#include "flowtalk/condition/emotion_graph.h"

#include "flowtalk/base/conditions.h"

namespace flowtalk::condition {
namespace {

// Valence and arousal in [-1, 1], placed after the circumplex of Russell (1980); contempt beside
// disgust. The scale is learnt, so only the arrangement matters.
constexpr std::array<std::array<float, 2>, 8> kValenceArousal = {{
    {0.0f, 0.0f},    // neutral
    {0.8f, 0.5f},    // happy
    {-0.7f, -0.4f},  // sad
    {0.2f, 0.8f},    // surprised
    {-0.6f, 0.7f},   // fear
    {-0.7f, 0.2f},   // disgusted
    {-0.6f, 0.8f},   // angry
    {-0.5f, 0.1f},   // contempt
}};

bool is_emotion(int64_t node) { return node < kEmotionNodes; }

}  // namespace

Edge edge_type(int64_t i, int64_t j) {
  if (i == j) return Edge::kSelf;
  if (is_emotion(i) && is_emotion(j)) return Edge::kEmotions;
  if (!is_emotion(i) && !is_emotion(j)) {
    return i - j == 1 || j - i == 1 ? Edge::kLevels : Edge::kNone;  // low - medium - high
  }
  const int64_t emotion = is_emotion(i) ? i : j;
  const int64_t level = (is_emotion(i) ? j : i) - kEmotionNodes;
  if (emotion == kNeutral && level != 0) return Edge::kNone;  // neutral exists at low only
  return Edge::kEmotionLevel;
}

float valence_arousal_bias(int64_t i, int64_t j) {
  if (i == j || !is_emotion(i) || !is_emotion(j)) return 0;
  const auto& a = kValenceArousal[static_cast<size_t>(i)];
  const auto& b = kValenceArousal[static_cast<size_t>(j)];
  const float dv = a[0] - b[0], da = a[1] - b[1];
  return -0.5f * (dv * dv + da * da);
}

}  // namespace flowtalk::condition
