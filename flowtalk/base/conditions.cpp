#include "flowtalk/base/conditions.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <span>
#include <vector>

#include "flowtalk/base/error.h"
#include "flowtalk/base/fields.h"

namespace flowtalk {
namespace {

int parse_name(const std::string& text, std::span<const std::string_view> names, const char* what,
               bool numbers) {
  for (size_t i = 0; i < names.size(); ++i) {
    if (text == names[i]) return static_cast<int>(i);
  }
  int number = -1;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool is_number = code == std::errc() && end == text.data() + text.size();
  if (numbers && is_number && number >= 0 && number < static_cast<int>(names.size())) return number;
  const std::vector<std::string> list(names.begin(), names.end());
  fail_usage("{} '{}' is unknown{}; expected one of {}{}", what, text, did_you_mean(text, list),
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

int parse_emotion(const std::string& text) { return parse_name(text, kEmotions, "emotion", true); }
int parse_level(const std::string& text) { return parse_name(text, kLevels, "intensity", true); }
int parse_style(const std::string& text) {
  if (is_subject_without_style(text)) {
    fail_usage("style id '{}' is a subject of 3DMEAD without a speaking style; expected one of {}",
               text, fmt::join(kStyles, " "));
  }
  return parse_name(text, kStyles, "style id", false);
}

bool is_subject_without_style(std::string_view id) {
  return std::find(kSubjectsWithoutStyle.begin(), kSubjectsWithoutStyle.end(), id) !=
         kSubjectsWithoutStyle.end();
}

std::array<float, 8> parse_emotion_mix(const std::string& text) {
  std::array<double, 8> weights{};
  double sum = 0;
  for (size_t start = 0; start <= text.size();) {
    const size_t comma = std::min(text.find(',', start), text.size());
    const std::string part = text.substr(start, comma - start);
    const size_t colon = part.find(':');
    const float weight =
        colon == std::string::npos ? 1.0f : parse_weight(part.substr(colon + 1), text);
    weights[static_cast<size_t>(parse_emotion(part.substr(0, colon)))] += double{weight};
    sum += double{weight};
    start = comma + 1;
  }
  if (!(sum > 0)) fail_usage("emotion mix '{}': the weights sum to zero", text);
  std::array<float, 8> shares{};
  for (size_t i = 0; i < shares.size(); ++i) shares[i] = static_cast<float>(weights[i] / sum);
  return shares;
}

}  // namespace flowtalk
