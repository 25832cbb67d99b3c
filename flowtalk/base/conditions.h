// The conditions of 3DMEAD: emotions, intensity levels and speaking styles, in the data set's
// order.
#pragma once

#include <array>
#include <string>
#include <string_view>

namespace flowtalk {

inline constexpr std::array<std::string_view, 8> kEmotions = {
    "neutral", "happy", "sad", "surprised", "fear", "disgusted", "angry", "contempt"};
inline constexpr std::array<std::string_view, 3> kLevels = {"low", "medium", "high"};
inline constexpr std::array<std::string_view, 32> kStyles = {
    "M003", "M005", "M007", "M009", "M011", "M012", "M013", "M019", "M022", "M023", "M024",
    "M025", "M026", "M027", "M028", "M029", "M030", "M031", "W009", "W011", "W014", "W015",
    "W016", "W018", "W019", "W021", "W023", "W024", "W025", "W026", "W028", "W029"};
// MEAD's subjects of 3DMEAD that have no speaking style: the reference system uses them in no
// second stage, so the model has no id for them.
inline constexpr std::array<std::string_view, 15> kSubjectsWithoutStyle = {
    "M032", "M033", "M034", "M035", "M037", "M039", "M040", "M041",
    "M042", "W033", "W035", "W036", "W037", "W038", "W040"};
inline constexpr int kNeutral = 0;
inline constexpr float kMaxStrength = 1.25f;

// Level 0, 1, 2 -> strength 1/3, 2/3, 1.
constexpr float strength_of_level(int level) { return static_cast<float>(level + 1) / 3.0f; }

// Is it one of kSubjectsWithoutStyle?
bool is_subject_without_style(std::string_view id);

// Each parser takes a name or a number and fails with usage errors that list what is allowed.
int parse_emotion(const std::string& text);
int parse_level(const std::string& text);  // "low", "medium", "high" or 0-2
int parse_style(const std::string& text);
// "happy:0.6,surprised:0.4", a name or 0-7 -> weights that sum to one.
std::array<float, 8> parse_emotion_mix(const std::string& text);

}  // namespace flowtalk
