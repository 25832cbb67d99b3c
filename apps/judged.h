// What commands share that judge performances: a condition in words, a recorded performance, the
// emotion classifier.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>

#include "apps/performance.h"
#include "flowtalk/evaluate/emotion_classifier.h"
#include "flowtalk/predict/recognition.h"

namespace flowtalk::apps {

// An emotion, how strong, and whose style, as the options say it.
struct ConditionOptions {
  std::string emotion, style;
  StrengthOptions strength;

  // --PREFIXemotion, --PREFIXintensity, --PREFIXstrength, --PREFIXid.
  void add_to(CLI::App& app, const std::string& prefix, const std::string& what);
  // None if not given.
  std::optional<int> style_index(const Conditions& conditions) const;
  // Usage Errors: unknown names, a strength out of range. The emotion must have been given.
  predict::Condition condition(int style, const Conditions& conditions) const;
  // "angry high", "neutral", "happy60-sad40 strength 0.80"
  std::string label(const Conditions& conditions) const;
};

// "angry high", "neutral"
std::string text_of(const predict::Label& label, const Conditions& conditions);

// The emotion classifier in a folder or run, the one that ships for "". Error: it is not there, or
// is damaged.
evaluate::EmotionClassifier load_classifier(const std::string& named);

// Error: the classifier tells other emotions apart than the model shows.
void check_same_emotions(const evaluate::EmotionClassifier& classifier,
                         const predict::Predictor& predictor);

// Prints one warning line if a motion is none that the model could have learned anything
// of.
void warn_of_impossible(const predict::Predictor& predictor, const std::string& path,
                        const motion::Motion& motion);

// The motion of a file, in the axes of the model that judges it. Errors name the file.
motion::Motion load_performance(const std::string& path, motion::Axes axes);

}  // namespace flowtalk::apps
