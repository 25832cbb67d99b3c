#include "flowtalk/condition/emotion_graph.h"

#include <algorithm>

namespace flowtalk::condition {

Edge edge_type(int64_t i, int64_t j, int64_t emotions) {
  const auto is_emotion = [emotions](int64_t node) { return node < emotions; };
  if (i == j) return Edge::kSelf;
  if (is_emotion(i) && is_emotion(j)) return Edge::kEmotions;
  if (!is_emotion(i) && !is_emotion(j)) {
    return i - j == 1 || j - i == 1 ? Edge::kLevels : Edge::kNone;  // low - medium - high
  }
  const int64_t emotion = std::min(i, j), level = std::max(i, j) - emotions;
  if (emotion == kNeutral && level != 0) return Edge::kNone;  // neutral exists at the lowest only
  return Edge::kEmotionLevel;
}

float valence_arousal_bias(int64_t i, int64_t j, const Conditions& conditions) {
  const auto emotions = static_cast<int64_t>(conditions.emotions.size());
  if (i == j || i >= emotions || j >= emotions) return 0;
  const auto a = valence_arousal(conditions.emotions[static_cast<size_t>(i)]);
  const auto b = valence_arousal(conditions.emotions[static_cast<size_t>(j)]);
  if (!a || !b) return 0;
  const float dv = (*a)[0] - (*b)[0], da = (*a)[1] - (*b)[1];
  return -0.5f * (dv * dv + da * da);
}

NodePairs pairs_of(const Conditions& conditions) {
  const auto emotions = static_cast<int64_t>(conditions.emotions.size());
  NodePairs pairs;
  pairs.nodes = emotions + static_cast<int64_t>(conditions.levels.size());
  for (int64_t i = 0; i < pairs.nodes; ++i) {
    for (int64_t j = 0; j < pairs.nodes; ++j) {
      const Edge edge = edge_type(i, j, emotions);
      pairs.types.push_back(edge == Edge::kNone ? 0 : static_cast<int64_t>(edge));
      pairs.mask.push_back(edge == Edge::kNone ? -1e9f : 0.0f);
      pairs.prior.push_back(valence_arousal_bias(i, j, conditions));
    }
  }
  return pairs;
}

}  // namespace flowtalk::condition
