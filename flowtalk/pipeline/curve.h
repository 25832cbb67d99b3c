// Emotion and strength over time from a file, for the commands that follow one (docs/control.md).
#pragma once

#include <optional>
#include <string>

#include "flowtalk/base/fields.h"
#include "flowtalk/base/reporter.h"
#include "flowtalk/condition/timeline.h"
#include "flowtalk/predict/session.h"

namespace flowtalk::pipeline {

struct CurveOptions {
  std::string curve;  // empty: none

  template <class V>
  void fields(V&& field) {
    field("curve", curve, "emotion and strength over time: a .json or .csv file (docs/control.md)");
  }

  // The timeline in the model's words, if there is one. Usage Error: it has a base, and the user
  // gave an emotion, strength or intensity.
  std::optional<condition::Timeline> load(const Given& given, const Conditions& conditions) const;
  // It along one voice, over `base` where it has none; warns of times beyond the voice's end and
  // of events that are too short to be seen as they are written.
  condition::EmotionCurve along(const condition::Timeline& timeline,
                                const predict::SpeechFeatures& speech,
                                const condition::Amounts& base, const Reporter& reporter) const;
  // The same as the curve of `options`, over their emotion and strength.
  void follow(const condition::Timeline& timeline, const predict::SpeechFeatures& speech,
              predict::PredictOptions& options, const Reporter& reporter) const;
};

}  // namespace flowtalk::pipeline
