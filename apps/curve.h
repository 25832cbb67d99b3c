// --curve: emotion and strength over time, for the commands that follow one (docs/control.md).
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>

#include "flowtalk/condition/timeline.h"
#include "flowtalk/predict/predictor.h"

namespace flowtalk::apps {

struct CurveOption {
  std::string file;  // empty: not given

  void add_to(CLI::App& app);
  // The timeline in the model's words, if the option was given. Usage Error: it has a base and
  // `app` an --emotion.
  std::optional<condition::Timeline> load(const CLI::App& app, const Conditions& conditions) const;
  // It along one voice, over `base` where it has none; warns of times beyond the voice's end and
  // of events that are too short to be seen as they are written.
  condition::EmotionCurve along(const condition::Timeline& timeline,
                                const predict::SpeechFeatures& speech,
                                const condition::Amounts& base, bool quiet) const;
  // The same as the curve of `options`, over their emotion and strength.
  void follow(const condition::Timeline& timeline, const predict::SpeechFeatures& speech,
              bool quiet, predict::PredictOptions& options) const;
};

}  // namespace flowtalk::apps
