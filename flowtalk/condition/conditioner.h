// The conditioner: what is heard and what is asked for become what a generator is conditioned on.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "flowtalk/base/conditions.h"
#include "flowtalk/base/error.h"
#include "flowtalk/condition/emotion_control.h"
#include "flowtalk/condition/fusion.h"

namespace flowtalk::condition {

template <class Ops>
struct Condition {
  ops::TensorOf<Ops> values;  // c (B, T, K) at 25 Hz; T is even where the network needs it
  // What is asked for, where it does not lie in the values: (B, T, L), for the network to use.
  std::optional<ops::TensorOf<Ops>> asked = std::nullopt;
  // The face at rest of each clip's style (B, 1, V), which is added to what moves it, where a model
  // makes vertices.
  std::optional<ops::TensorOf<Ops>> rest = std::nullopt;
};

// The condition of the first frames alone.
template <class Ops>
Condition<Ops> first_frames(Ops& ops, Condition<Ops> c, int64_t frames) {
  c.values = ops.slice(c.values, 1, 0, frames);
  if (c.asked) c.asked = ops.slice(*c.asked, 1, 0, frames);
  return c;
}

// One-hots of styles, of kAverageStyle the mean of all: (B S), one clip after the other.
inline std::vector<float> shares_of_styles(std::span<const int64_t> style, int64_t count) {
  std::vector<float> shares(style.size() * static_cast<size_t>(count), 0.0f);
  auto row = shares.begin();
  for (const int64_t id : style) {
    FT_CHECK(id >= kAverageStyle && id < count, "style {}", id);
    if (id == kAverageStyle) {
      std::fill_n(row, count, 1.0f / static_cast<float>(count));
    } else {
      row[id] = 1;
    }
    row += count;
  }
  return shares;
}

template <class Ops>
struct Conditioner {
  using T = ops::TensorOf<Ops>;
  // speech_width: channels of the speech features.
  Conditioner(params::Scope<Ops> p, int64_t speech_width, const ConditionConfig& c,
              const Conditions& conditions)
      : control(p / "control", c, conditions),
        style_count(static_cast<int64_t>(conditions.styles.size())),
        styles(p.tensor("styles", {style_count, c.width}, params::normal(0.3f))),
        fusion(p / "fusion", speech_width, c) {}

  // speech (B, T, 2C), a curve and a style for each clip
  Condition<Ops> operator()(Ops& ops, const T& speech, const EmotionCurve& curve,
                            std::span<const int64_t> style) const {
    return (*this)(ops, speech, control(ops, curve), style);
  }
  // The same of emotion vectors g (B, T, K), as `control` makes them.
  Condition<Ops> operator()(Ops& ops, const T& speech, const T& emotion,
                            std::span<const int64_t> style) const {
    return {fusion(ops, speech, emotion, style_vectors(ops, style))};
  }

  // (B, 1, K)
  T style_vectors(Ops& ops, std::span<const int64_t> style) const {
    const auto count = static_cast<int64_t>(style.size());
    const T shares = ops.constant({count, 1, style_count}, shares_of_styles(style, style_count));
    return ops.linear(shares, ops.transpose(styles, 0, 1));
  }

  EmotionControl<Ops> control;
  int64_t style_count;
  T styles;  // (S, K)
  Fusion<Ops> fusion;
};

}  // namespace flowtalk::condition
