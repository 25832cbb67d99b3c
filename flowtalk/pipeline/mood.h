// An emotion and how strong it is, as people write them.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "flowtalk/base/conditions.h"
#include "flowtalk/base/fields.h"

namespace flowtalk::pipeline {

// An emotion as the user wrote it.
struct Mood {
  std::array<float, 8> weights{};
  std::string label;     // "happy", "happy60-surprised40"
  bool neutral() const;  // nothing but neutral: strength has no effect
};
Mood parse_mood(const std::string& text);
// Each text a mood, "all" all emotions; none at all is neutral.
std::vector<Mood> parse_moods(const std::vector<std::string>& texts);

// A style's index, or model::kAverageStyle for "average", which stands for people not among the 32.
int parse_style_or_average(const std::string& text);

// "strength-0.80" with '-'; more than two decimals where they are needed.
std::string strength_label(double strength, char joint);

// How strong: a level, or any strength instead.
struct StrengthOptions {
  std::string prefix;  // of the fields: "from_"
  std::string intensity = "medium";
  std::optional<double> strength{};  // none: the intensity says it

  template <class V>
  void fields(V&& field) {
    field((prefix + "intensity").c_str(), intensity,
          fmt::format("low, medium, high or 0-2 (default {}; neutral has one level)", intensity)
              .c_str());
    field((prefix + "strength").c_str(), strength, between(0.0, double{kMaxStrength}),
          "any strength instead of a level: 0 is neutral, 1 is high, 1.25 the most");
  }
  // Usage Error: both were given.
  void check(const Given& given) const;
  float value() const;                  // usage Error: an unknown level
  std::string label(char joint) const;  // "medium", "strength-0.80" with '-'
};

}  // namespace flowtalk::pipeline
