#include "flowtalk/pipeline/temperature.h"

#include <algorithm>
#include <charconv>
#include <utility>
#include <vector>

#include "flowtalk/base/error.h"
#include "flowtalk/base/fields.h"
#include "flowtalk/base/words.h"
#include "flowtalk/generate/families.h"

namespace flowtalk::pipeline {
namespace {

// What any family allows; what that of a model allows is checked once the model is there.
constexpr float kMost = [] {
  double most = 1;
  for (const auto& family : generate::kFamilies) most = std::max(most, family.temperature.most);
  return static_cast<float>(most);
}();
constexpr auto kUsual =
    static_cast<float>(generate::family_of(generate::Kind::kFlow).temperature.usual);

float number_in(const std::string& text) {
  float value = -1;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool read = code == std::errc() && end == text.data() + text.size();
  if (!read || !(value >= 0 && value <= kMost)) {
    fail("expected between 0 and 1; 0.1 to 0.5 is useful");
  }
  return value;
}

size_t region_in(const std::string& name) {
  const auto& names = predict::kMotionRegionNames;
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) {
    fail("unknown region '{}'{}; expected lips, eyes, brows or rest", name,
         did_you_mean(name, {names.begin(), names.end()}));
  }
  return static_cast<size_t>(found - names.begin());
}

}  // namespace

std::string text_of(const Temperature& temperature) {
  if (!temperature.by_region) return fmt::format("{}", temperature.all.value_or(kUsual));
  std::string label;
  for (size_t r = 0; r < predict::kMotionRegions; ++r) {
    label += fmt::format("{}{}:{}", r == 0 ? "" : ",", predict::kMotionRegionNames[r],
                         (*temperature.by_region)[r]);
  }
  return label;
}

void from_text(const std::string& text, Temperature& temperature) {
  Temperature read;
  std::vector<std::pair<size_t, float>> named;
  bool bare = false;
  for (const std::string& part : parts_of(text, ',')) {
    const size_t colon = part.find(':');
    if (colon == std::string::npos) {
      if (bare) fail("two bare numbers; one is for all regions");
      bare = true;
      read.all = number_in(part);
      continue;
    }
    const size_t region = region_in(part.substr(0, colon));
    for (const auto& [other, value] : named) {
      if (other == region) fail("{} is there twice", predict::kMotionRegionNames[region]);
    }
    named.emplace_back(region, number_in(part.substr(colon + 1)));
  }
  if (!named.empty()) read.by_region.emplace().fill(read.all.value_or(kUsual));
  for (const auto& [region, value] : named) (*read.by_region)[region] = value;
  temperature = read;
}

}  // namespace flowtalk::pipeline
