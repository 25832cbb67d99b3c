// What a performance is conditioned on: emotions, intensity levels and speaking styles. They belong
// to a data set and to the checkpoint that was trained on it; where these say none, they are those
// of 3DMEAD. The one table is in conditions.cpp.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace flowtalk {

inline constexpr int kNeutral = 0;        // the first emotion; it has one level
inline constexpr int kAverageStyle = -1;  // the mean of all styles, for people not among them
inline constexpr float kMaxStrength = 1.25f;
inline constexpr size_t kMaxNames = 256;  // of emotions, of levels and of styles

std::vector<std::string> default_emotions();
std::vector<std::string> default_levels();
std::vector<std::string> default_styles();

struct Conditions {
  std::vector<std::string> emotions = default_emotions();  // neutral first
  std::vector<std::string> levels = default_levels();      // weakest first
  std::vector<std::string> styles = default_styles();

  template <class V>
  void fields(V&& field) {
    field("emotions", emotions, "names of the emotions, neutral first");
    field("levels", levels, "names of the intensity levels, weakest first");
    field("styles", styles, "ids of the speaking styles");
  }
  // Error that names the field: none or more than kMaxNames names, one that is there twice, or that
  // is no name (letters, digits, '-', '_' and '.'; a word that options or curves use otherwise).
  void validate(const std::string& where) const;
  bool operator==(const Conditions&) const = default;

  // The highest level is strength 1, level 0, 1, 2 of three are 1/3, 2/3, 1.
  float strength_of(int level) const {
    return static_cast<float>(level + 1) / static_cast<float>(levels.size());
  }
  // What an emotion is shown at if nobody says: the middle level, the lower of two.
  int usual_level() const { return static_cast<int>((levels.size() - 1) / 2); }
  // Weights of a mix that is one emotion, sum 1.
  std::vector<float> only(int emotion) const;
};

// What the product makes corpora and new models of: the whole table.
const Conditions& default_conditions();
// Those of 3DMEAD, with which the table begins: of data sets and checkpoints that name none.
const Conditions& mead_conditions();

// Where names stand in a list; none if it lacks them.
std::optional<int> find_name(const std::vector<std::string>& names, std::string_view name);

// Valence and arousal in [-1, 1]; none of an emotion that the table does not know.
std::optional<std::array<float, 2>> valence_arousal(std::string_view emotion);

// Is it one of MEAD's subjects of 3DMEAD that have no speaking style? The reference system uses
// them in no second stage, so a model has no id for them.
bool is_subject_without_style(std::string_view id);

// Each parser takes a name, in any case, or a number, and fails with usage errors that list what is
// allowed. Emotions have other words too: joy, sadness, fearful, ...
int parse_emotion(const std::string& text, const Conditions& conditions);
int parse_level(const std::string& text, const Conditions& conditions);
int parse_style(const std::string& text, const Conditions& conditions);  // a name only
// "happy:0.6,surprised:0.4", a name or a number -> weights that sum to one.
std::vector<float> parse_emotion_mix(const std::string& text, const Conditions& conditions);

}  // namespace flowtalk
