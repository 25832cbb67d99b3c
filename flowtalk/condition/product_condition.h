// The conditions of published systems, for imported models; models trained here use conditioner.h.
// Of ProbTalk3D, and of FaceDiffuser for MEAD: what is heard times what is asked for, each through
// one linear map. Of FaceDiffuser's own releases and FaceXHuBERT: what is heard as it is, and a
// factor for what the network makes of it.
//
// Shapes: B clips, T frames, C width of the speech encoder, S styles, E emotions, L levels, K
// condition width.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "flowtalk/base/conditions.h"
#include "flowtalk/condition/conditioner.h"
#include "flowtalk/condition/emotion_control.h"
#include "flowtalk/nn/linear.h"

namespace flowtalk::condition {

// What is asked of each frame, as these models are told it: style, emotion and level as one-hots
// side by side, (B T, S + E + L); a style for each clip, kAverageStyle is the mean of all. The
// source knows no strength between its levels: there the one-hots are interpolated, and below the
// lowest level the emotion's with that of neutral. Usage Error: a strength above 1.
std::vector<float> one_hots_of(const EmotionCurve& curve, std::span<const int64_t> styles,
                               const Conditions& conditions);

template <class Ops>
struct ProductCondition {
  using T = ops::TensorOf<Ops>;

  // speech_width: channels of the speech features, 2C.
  ProductCondition(params::Scope<Ops> p, int64_t speech_width, int64_t width,
                   const Conditions& known)
      : conditions(known),
        asked_width(static_cast<int64_t>(known.styles.size() + known.emotions.size() +
                                         known.levels.size())),
        speech(p / "speech", speech_width, width),
        asked(p / "asked", asked_width, width, nn::Bias::kNo) {}

  // speech (B, T, 2C), a curve and a style for each clip
  Condition<Ops> operator()(Ops& ops, const T& speech_pairs, const EmotionCurve& curve,
                            std::span<const int64_t> styles) const {
    return (*this)(ops, speech_pairs,
                   ops.constant({curve.batch, curve.frames, asked_width},
                                one_hots_of(curve, styles, conditions)));
  }
  // The same of one-hots (B, T, S + E + L), or (B, 1, S + E + L) for all frames
  Condition<Ops> operator()(Ops& ops, const T& speech_pairs, const T& one_hots) const {
    return {ops.mul(speech(ops, speech_pairs), asked(ops, one_hots))};
  }

  Conditions conditions;
  int64_t asked_width;
  nn::Linear<Ops> speech, asked;
};

// asked (B, T, L): style, and where there is more than one emotion that too, each a one-hot through
// a linear map, multiplied.
template <class Ops>
struct OutputCondition {
  using T = ops::TensorOf<Ops>;

  OutputCondition(params::Scope<Ops> p, int64_t width, const Conditions& known)
      : conditions(known),
        styles(static_cast<int64_t>(known.styles.size())),
        emotions(static_cast<int64_t>(known.emotions.size())),
        style(p / "style", styles, width, nn::Bias::kNo) {
    if (emotions > 1) emotion.emplace(p / "emotion", emotions, width, nn::Bias::kNo);
  }

  // speech (B, T, 2C), a curve and a style for each clip
  Condition<Ops> operator()(Ops& ops, const T& speech, const EmotionCurve& curve,
                            std::span<const int64_t> style_of) const {
    const int64_t width = styles + emotions + static_cast<int64_t>(conditions.levels.size());
    const T one_hots =
        ops.constant({curve.batch, curve.frames, width}, one_hots_of(curve, style_of, conditions));
    T factor = style(ops, ops.slice(one_hots, 2, 0, styles));
    if (emotion) {
      const T shown = ops.slice(one_hots, 2, styles, styles + emotions);
      factor = ops.mul(factor, (*emotion)(ops, shown));
    }
    return {speech, factor};
  }

  Conditions conditions;
  int64_t styles, emotions;
  nn::Linear<Ops> style;
  std::optional<nn::Linear<Ops>> emotion;
};

}  // namespace flowtalk::condition
