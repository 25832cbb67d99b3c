// What commands share that judge performances: a condition in words, a recorded performance, the
// emotion classifier.
#pragma once

#include <optional>
#include <string>

#include "flowtalk/analyse/recognition.h"
#include "flowtalk/base/reporter.h"
#include "flowtalk/evaluate/emotion_classifier.h"
#include "flowtalk/pipeline/motion_choice.h"
#include "flowtalk/pipeline/performance.h"

namespace flowtalk::pipeline {

// An emotion, how strong, and whose style.
struct ConditionOptions {
  std::string prefix, role;  // of the fields: "from_"; what their help calls it
  std::string emotion{}, id{};
  StrengthOptions strength{.prefix = prefix};

  template <class V>
  void fields(V&& field) {
    field((prefix + "emotion").c_str(), emotion, (role + ": " + emotion_help()).c_str());
    field("strength", strength, "how strong");
    field((prefix + "id").c_str(), id, (role + ": speaking style, " + style_help()).c_str());
  }
  std::optional<int> style_index(const Conditions& conditions) const;  // none if not given
  // Usage Errors: unknown names, a strength out of range. The emotion must have been given.
  condition::Asked condition(int style, const Conditions& conditions) const;
  std::string label(const Conditions& conditions)
      const;  // "angry high", "neutral", "happy60-sad40 strength 0.80"
};

// "angry high", "neutral"
std::string text_of(const analyse::Label& label, const Conditions& conditions);

// The emotion classifier in a folder or run, the one that ships for "". Error: it is not there, or
// is damaged.
evaluate::EmotionClassifier load_classifier(const std::string& named);

// Error: the classifier judges other emotions than the model shows.
void check_same_emotions(const evaluate::EmotionClassifier& classifier,
                         const predict::Session& session);

// One warning line if a motion is none that the model could have learned anything of.
void warn_of_impossible(const predict::Session& session, const std::string& path,
                        const motion::Motion& motion, const Reporter& reporter);

// The motion of a file at the rate of the models, in the axes of the one that judges it. Warns as
// read_motion does. Errors name the file.
motion::Motion load_performance(const std::string& path, motion::Axes axes,
                                const MotionOptions& options, const Reporter& reporter);

}  // namespace flowtalk::pipeline
