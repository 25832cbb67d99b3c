#include "flowtalk/generate/families.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "flowtalk/base/error.h"
#include "flowtalk/base/fields.h"
#include "flowtalk/base/words.h"

namespace flowtalk::generate {
namespace {

bool has_word(std::string_view list, std::string_view word) {
  const auto words = words_of(list);
  return std::find(words.begin(), words.end(), word) != words.end();
}

}  // namespace

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

bool draws_chance(const Family& family, std::string_view prior) {
  return has_word(family.chance, prior);
}
bool draws(const Family& family, std::string_view name) { return has_word(family.draws, name); }

void check_prior(const Family& family, std::string_view prior, const std::string& where) {
  if (has_word(family.priors, prior)) return;
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
