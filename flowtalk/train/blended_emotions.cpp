#include "flowtalk/train/blended_emotions.h"

#include <algorithm>

namespace flowtalk::train {

BlendedEmotions blended_emotions(Rng& rng, int64_t count, int64_t window) {
  BlendedEmotions all;
  all.first = {count, window, {}, {}};
  all.second = all.both = all.first;
  std::vector<float> shares;
  for (int64_t i = 0; i < count; ++i) {
    const auto a = static_cast<size_t>(rng.integer(1, condition::kEmotionNodes - 1));
    auto b = static_cast<size_t>(rng.integer(1, condition::kEmotionNodes - 2));
    if (b >= a) ++b;
    const auto strength = static_cast<float>(rng.uniform(0.3, 1));
    // From -1..2, so that many windows hold one emotion, a quick change, and the other.
    const double from = rng.uniform(-1, 2), to = rng.uniform(-1, 2);
    for (int64_t t = 0; t < window; ++t) {
      const double along = static_cast<double>(t) / static_cast<double>(window);
      const auto share = static_cast<float>(std::clamp(from + (to - from) * along, 0.0, 1.0));
      shares.push_back(share);
      const auto add = [&](condition::EmotionCurve& curve, float of_a) {
        std::vector<float> mix(condition::kEmotionNodes, 0.0f);
        mix[a] = of_a, mix[b] = 1 - of_a;
        curve.weights.insert(curve.weights.end(), mix.begin(), mix.end());
        curve.strength.push_back(strength);
      };
      add(all.first, 1), add(all.second, 0), add(all.both, share);
    }
  }
  all.share = torch::tensor(shares).reshape({count, window, 1});
  return all;
}

}  // namespace flowtalk::train
