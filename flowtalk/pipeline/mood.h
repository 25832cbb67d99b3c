// An emotion and how strong it is, as people write them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "flowtalk/base/conditions.h"
#include "flowtalk/base/fields.h"
#include "flowtalk/base/reporter.h"

namespace flowtalk::pipeline {

// An emotion as the user wrote it.
struct Mood {
  std::vector<float> weights;  // of the model's emotions
  std::string label;           // "happy", "happy60-surprised40"
  bool neutral() const;        // nothing but neutral: strength has no effect
};
Mood parse_mood(const std::string& text, const Conditions& conditions);
// Each text a mood, "all" all emotions; none at all is neutral.
std::vector<Mood> parse_moods(const std::vector<std::string>& texts, const Conditions& conditions);

// A style's index, or kAverageStyle for "average", which stands for people not among them.
int parse_style_or_average(const std::string& text, const Conditions& conditions);

// For help, of the default conditions: "a name, 0-7, a mix such as ...", "one of 32: M003 ...
// W029".
std::string emotion_help();
std::string style_help();

// "strength-0.80" with '-'; more than two decimals where they are needed.
std::string strength_label(double strength, char joint);

// How strong: a level, or any strength instead.
struct StrengthOptions {
  std::string prefix;                      // of the fields: "from_"
  bool highest = false;                    // the level if none is given: this or the middle one
  std::optional<std::string> intensity{};  // a level
  std::optional<double> strength{};        // none: the intensity says it

  template <class V>
  void fields(V&& field) {
    field((prefix + "intensity").c_str(), intensity, intensity_help().c_str());
    field((prefix + "strength").c_str(), strength, between(0.0, double{kMaxStrength}),
          "any strength instead of a level: 0 is neutral, 1 is high, 1.25 the most");
  }
  // Usage Error: both were given.
  void check(const Given& given) const;
  int level(const Conditions& conditions) const;    // usage Error: an unknown one
  float value(const Conditions& conditions) const;  // usage Error: an unknown level
  // "medium", "strength-0.80" with '-'
  std::string label(char joint, const Conditions& conditions) const;

  std::string intensity_help() const;
};

// Warns of words that are understood but may be meant otherwise: a list without weights, which is
// one mix, and a strength for nothing but neutral.
void warn_of_words(const std::vector<std::string>& emotions, const StrengthOptions& strength,
                   const Given& given, const Conditions& conditions, const Reporter& reporter);

}  // namespace flowtalk::pipeline
