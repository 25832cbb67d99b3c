// Sees what behaviour.h forms figures of: judges recorded and predicted motion, counts closures,
// and predicts some more where a figure needs it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "flowtalk/analyse/likelihood.h"
#include "flowtalk/data/phones.h"
#include "flowtalk/evaluate/emotion_classifier.h"
#include "flowtalk/evaluate/observations.h"
#include "flowtalk/face/face.h"
#include "flowtalk/predict/session.h"
#include "flowtalk/tensor/tensor.h"

namespace flowtalk::evaluate {

// One clip: what was recorded, and what the model made of it.
struct ObservedClip {
  const motion::Motion& truth;
  const std::vector<motion::Motion>& samples;
  const predict::SpeechFeatures& speech;
  const predict::PredictOptions& options;  // of sample 0: one emotion, its strength, seed, ...
};

// options.emotion must be one emotion; the model's emotions must be those of the classifier.
EmotionSeen see_emotion(const EmotionClassifier& classifier, const ObservedClip& clip);

// Judged strength of the clip's voice, style, emotion and noise at each level of the model; none
// for neutral, and of a model with one level.
std::optional<std::vector<float>> see_levels(const EmotionClassifier& classifier,
                                             const predict::Session& session,
                                             const ObservedClip& clip);

// None without P, B or M in both recording and prediction.
std::optional<Closures> see_closures(const std::vector<data::Phone>& phones,
                                     const ObservedClip& clip, const face::Deformer& deformer);

// Of motion in the built-in head's axes.
Blinks see_blinks(const ObservedClip& clip);

// Mean over frames and vertices of the deviation over takes 0..3, metres, at each of
// kSpreadTemperatures; without blinks, which no temperature changes.
std::array<double, kSpreadTemperatures.size()> see_spread(const predict::Session& session,
                                                          const ObservedClip& clip,
                                                          const face::Deformer& deformer);

// `other`: the voice of another clip. Both voices and the motion are cut to the shortest; none if
// that leaves fewer than 4 frames.
std::optional<Density> see_density(const predict::Session& session, const ObservedClip& clip,
                                   const predict::SpeechFeatures& other,
                                   std::shared_ptr<const std::vector<float>> rho);

}  // namespace flowtalk::evaluate
