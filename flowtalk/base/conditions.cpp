#include "flowtalk/base/conditions.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "flowtalk/base/error.h"
#include "flowtalk/base/fields.h"
#include "flowtalk/base/words.h"

namespace flowtalk {
namespace {

struct KnownEmotion {
  const char* name;
  float valence, arousal;
  const char* also;  // other words for it
};

// The emotions of 3DMEAD in its order, then others: files know them by number. The coordinates are
// placed after the circumplex of Russell (1980); contempt beside disgust. Their scale is learnt, so
// only the arrangement matters.
constexpr auto kEmotions = std::to_array<KnownEmotion>({
    {"neutral", 0.0f, 0.0f, ""},
    {"happy", 0.8f, 0.5f, "happiness joy joyful"},
    {"sad", -0.7f, -0.4f, "sadness"},
    {"surprised", 0.2f, 0.8f, "surprise"},
    {"fear", -0.6f, 0.7f, "fearful afraid scared"},
    {"disgusted", -0.7f, 0.2f, "disgust"},
    {"angry", -0.6f, 0.8f, "anger"},
    {"contempt", -0.5f, 0.1f, "contemptuous"},
});
constexpr auto kLevels = std::to_array<const char*>({"low", "medium", "high"});
constexpr auto kStyles = std::to_array<const char*>(
    {"M003", "M005", "M007", "M009", "M011", "M012", "M013", "M019", "M022", "M023", "M024",
     "M025", "M026", "M027", "M028", "M029", "M030", "M031", "W009", "W011", "W014", "W015",
     "W016", "W018", "W019", "W021", "W023", "W024", "W025", "W026", "W028", "W029"});
constexpr size_t kMeadEmotions = 8, kMeadLevels = 3, kMeadStyles = 32;
constexpr auto kSubjectsWithoutStyle =
    std::to_array<std::string_view>({"M032", "M033", "M034", "M035", "M037", "M039", "M040", "M041",
                                     "M042", "W033", "W035", "W036", "W037", "W038", "W040"});

// Words that mean something else where a name may stand: columns of curves, all emotions, all
// levels, the average of the styles, any style.
constexpr auto kTaken = std::to_array<std::string_view>(
    {"time", "emotion", "strength", "all", "levels", "average", "any"});

constexpr size_t kLongestName = 64;

bool is_number(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool is_word(std::string_view text) {
  const auto plain = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
  };
  return !text.empty() && text.size() <= kLongestName && plain(text.front()) &&
         std::all_of(text.begin(), text.end(),
                     [&](char c) { return plain(c) || c == '-' || c == '_' || c == '.'; });
}

// numbers: names are also given by their numbers, so none may look like one.
void check_names(const std::vector<std::string>& names, const std::string& where, bool numbers) {
  if (names.empty() || names.size() > kMaxNames) {
    fail("{}: expected 1 to {} names, got {}", where, kMaxNames, names.size());
  }
  for (size_t i = 0; i < names.size(); ++i) {
    const std::string& name = names[i];
    const std::string shown = fields_detail::shown(Json(name));
    if (!is_word(name) || (numbers && is_number(name))) {
      fail("{}[{}]: expected a name of letters, digits, '-', '_' and '.'{}, at most {}, got {}",
           where, i, numbers ? ", not a number" : "", kLongestName, shown);
    }
    if (std::find(kTaken.begin(), kTaken.end(), name) != kTaken.end()) {
      fail("{}[{}]: the word {} has another meaning; choose another name", where, i, shown);
    }
    if (std::find(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(i), name) !=
        names.begin() + static_cast<std::ptrdiff_t>(i)) {
      fail("{}[{}]: the name {} is there twice", where, i, shown);
    }
  }
}

// Where a name stands as a person writes it: in any case. None if two differ by case alone.
std::optional<int> find_in_any_case(const std::vector<std::string>& names, std::string_view text) {
  std::optional<int> found;
  for (size_t i = 0; i < names.size(); ++i) {
    if (in_small_letters(names[i]) != in_small_letters(std::string(text))) continue;
    if (found) return std::nullopt;
    found = static_cast<int>(i);
  }
  return found;
}

// The emotion that another word means, of those that the names have.
std::optional<int> find_by_other_word(const std::vector<std::string>& names,
                                      const std::string& text) {
  for (const KnownEmotion& emotion : kEmotions) {
    if (find_in_any_case(words_of(emotion.also), text)) return find_name(names, emotion.name);
  }
  return std::nullopt;
}

int parse_name(const std::string& text, const std::vector<std::string>& names, const char* what,
               bool numbers) {
  if (const auto found = find_name(names, text)) return *found;
  if (const auto found = find_in_any_case(names, text)) return *found;
  int number = -1;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = code == std::errc() && end == text.data() + text.size();
  if (numbers && whole && number >= 0 && number < static_cast<int>(names.size())) return number;
  fail_usage("{} '{}' is unknown{}; expected one of {}{}", what, text, did_you_mean(text, names),
             fmt::join(names, " "),
             numbers ? fmt::format(" or 0-{}", names.size() - 1) : std::string());
}

float parse_weight(const std::string& text, const std::string& whole) {
  size_t used = 0;
  float weight = -1;
  try {
    weight = std::stof(text, &used);
  } catch (const std::exception&) {
    used = 0;
  }
  if (used == 0 || used != text.size() || !std::isfinite(weight) || weight < 0) {
    fail_usage("emotion mix '{}': expected NAME:WEIGHT with a weight of 0 or more, got '{}'", whole,
               text);
  }
  return weight;
}

}  // namespace

std::vector<std::string> default_emotions() {
  std::vector<std::string> names;
  for (const KnownEmotion& emotion : kEmotions) names.emplace_back(emotion.name);
  return names;
}
std::vector<std::string> default_levels() { return {kLevels.begin(), kLevels.end()}; }
std::vector<std::string> default_styles() { return {kStyles.begin(), kStyles.end()}; }

const Conditions& default_conditions() {
  static const Conditions conditions;
  return conditions;
}

const Conditions& mead_conditions() {
  static const Conditions conditions = [] {
    Conditions first;
    first.emotions.resize(kMeadEmotions);
    first.levels.resize(kMeadLevels);
    first.styles.resize(kMeadStyles);
    return first;
  }();
  return conditions;
}

void Conditions::validate(const std::string& where) const {
  check_names(emotions, where + ".emotions", true);
  check_names(levels, where + ".levels", true);
  check_names(styles, where + ".styles", false);
}

std::vector<float> Conditions::only(int emotion) const {
  std::vector<float> weights(emotions.size(), 0.0f);
  weights.at(static_cast<size_t>(emotion)) = 1;
  return weights;
}

std::optional<int> find_name(const std::vector<std::string>& names, std::string_view name) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) return std::nullopt;
  return static_cast<int>(found - names.begin());
}

std::optional<std::array<float, 2>> valence_arousal(std::string_view emotion) {
  for (const KnownEmotion& known : kEmotions) {
    if (emotion == known.name) return std::array{known.valence, known.arousal};
  }
  return std::nullopt;
}

int parse_emotion(const std::string& text, const Conditions& conditions) {
  if (!find_in_any_case(conditions.emotions, text)) {
    if (const auto meant = find_by_other_word(conditions.emotions, text)) return *meant;
  }
  return parse_name(text, conditions.emotions, "emotion", true);
}
int parse_level(const std::string& text, const Conditions& conditions) {
  return parse_name(text, conditions.levels, "intensity", true);
}
int parse_style(const std::string& text, const Conditions& conditions) {
  if (is_subject_without_style(text) && !find_name(conditions.styles, text)) {
    fail_usage("style id '{}' is a subject of 3DMEAD without a speaking style; expected one of {}",
               text, fmt::join(conditions.styles, " "));
  }
  return parse_name(text, conditions.styles, "style id", false);
}

bool is_subject_without_style(std::string_view id) {
  return std::find(kSubjectsWithoutStyle.begin(), kSubjectsWithoutStyle.end(), id) !=
         kSubjectsWithoutStyle.end();
}

std::vector<float> parse_emotion_mix(const std::string& text, const Conditions& conditions) {
  std::vector<double> weights(conditions.emotions.size(), 0.0);
  double sum = 0;
  for (const std::string& part : parts_of(text, ',')) {
    if (part.empty() && text.find(',') != std::string::npos) {
      fail_usage("emotion mix '{}': a comma with nothing beside it; leave it out", text);
    }
    if (part == "all") fail_usage("emotion mix '{}': 'all' stands alone", text);
    const size_t colon = part.find(':');
    const float weight =
        colon == std::string::npos ? 1.0f : parse_weight(part.substr(colon + 1), text);
    weights[static_cast<size_t>(parse_emotion(part.substr(0, colon), conditions))] +=
        double{weight};
    sum += double{weight};
  }
  if (!(sum > 0)) fail_usage("emotion mix '{}': the weights sum to zero", text);
  std::vector<float> shares;
  for (const double weight : weights) shares.push_back(static_cast<float>(weight / sum));
  return shares;
}

}  // namespace flowtalk
