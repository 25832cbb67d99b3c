#include "flowtalk/generate/families.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "flowtalk/base/error.h"
#include "flowtalk/base/fields.h"

namespace flowtalk::generate {

std::string text_of(Kind kind) { return std::string(family_of(kind).name); }

const Family* family_named(std::string_view word) {
  if (word.empty()) return nullptr;
  for (const Family& family : kFamilies) {
    if (word == family.name || word == family.also) return &family;
  }
  return nullptr;
}

void from_text(const std::string& word, Kind& kind) {
  if (const Family* known = family_named(word)) {
    kind = known->kind;
    return;
  }
  std::vector<std::string> names;
  for (const Family& family : kFamilies) names.emplace_back(family.name);
  fail("unknown kind '{}'{}; expected one of {}", word, did_you_mean(word, names), names_of());
}

std::string names_of(bool (*is)(const Family&)) {
  std::string names;
  for (const Family& family : kFamilies) {
    if (!is(family)) continue;
    if (!names.empty()) names += ", ";
    names += family.name;
  }
  return names;
}

std::string summaries() {
  std::string all;
  for (const Family& family : kFamilies) {
    all += fmt::format("{}{}, {}", all.empty() ? "" : "; ", family.name, family.summary);
  }
  return all;
}

void check_prior(const Family& family, std::string_view prior, const std::string& where) {
  std::string_view rest = family.priors;
  while (!rest.empty()) {
    const size_t end = std::min(rest.find(' '), rest.size());
    if (rest.substr(0, end) == prior) return;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  fail("{}: a {} generator works over a motion prior of kind {}, this one is '{}'", where,
       family.name, family.priors, prior);
}

std::string without_density(const std::string& model, const Family& family,
                            std::string_view purpose) {
  return fmt::format("{} is a {} model; {} needs a density, which {} models have", model,
                     family.name, purpose,
                     names_of([](const Family& other) { return other.density; }));
}

}  // namespace flowtalk::generate
