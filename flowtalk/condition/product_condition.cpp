#include "flowtalk/condition/product_condition.h"

#include <algorithm>

#include "flowtalk/base/error.h"

namespace flowtalk::condition {
namespace {

void put_style(int64_t style, std::span<float> to) {
  FT_CHECK(style >= kAverageStyle && style < static_cast<int64_t>(to.size()), "style {}", style);
  if (style == kAverageStyle) {
    std::fill(to.begin(), to.end(), 1.0f / static_cast<float>(to.size()));
  } else {
    to[static_cast<size_t>(style)] = 1;
  }
}

void put_emotion(std::span<const float> weights, float strength, size_t levels,
                 std::span<float> to) {
  const float shown = std::min(1.0f, static_cast<float>(levels) * strength);
  for (size_t e = 0; e < to.size(); ++e) to[e] = shown * weights[e];
  to[kNeutral] += 1 - shown;
}

}  // namespace

std::vector<float> one_hots_of(const EmotionCurve& curve, std::span<const int64_t> styles,
                               const Conditions& conditions) {
  const size_t style_count = conditions.styles.size(), emotions = conditions.emotions.size();
  const size_t levels = conditions.levels.size(), width = style_count + emotions + levels;
  const size_t rows = curve.strength.size(), frames = static_cast<size_t>(curve.frames);
  FT_CHECK(rows == styles.size() * frames && curve.weights.size() == rows * emotions,
           "{} styles, {} strengths, {} weights of {} emotions", styles.size(), rows,
           curve.weights.size(), emotions);
  std::vector<float> all(rows * width, 0.0f);
  for (size_t i = 0; i < rows; ++i) {
    const float strength = curve.strength[i];
    if (!(strength >= 0 && strength <= 1)) {
      fail_usage("strength: expected between 0 and 1, as this model knows its levels, got {}",
                 strength);
    }
    const std::span<float> row = std::span(all).subspan(i * width, width);
    put_style(styles[i / frames], row.first(style_count));
    put_emotion(std::span(curve.weights).subspan(i * emotions, emotions), strength, levels,
                row.subspan(style_count, emotions));
    const auto of_levels = level_weights(strength, levels);
    std::copy(of_levels.begin(), of_levels.end(), row.end() - static_cast<std::ptrdiff_t>(levels));
  }
  return all;
}

}  // namespace flowtalk::condition
