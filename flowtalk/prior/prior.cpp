#include "flowtalk/prior/prior.h"

#include <algorithm>
#include <vector>

#include "flowtalk/base/error.h"
#include "flowtalk/base/fields.h"

namespace flowtalk::prior {

const PriorKind& row_of(Kind kind) {
  return *std::find_if(kPriors.begin(), kPriors.end(),
                       [&](const PriorKind& row) { return row.kind == kind; });
}

std::string text_of(Kind kind) { return std::string(row_of(kind).name); }

void from_text(const std::string& word, Kind& kind) {
  std::vector<std::string> names;
  for (const PriorKind& known : kPriors) {
    names.emplace_back(known.name);
    if (word == known.name || (!word.empty() && word == known.also)) {
      kind = known.kind;
      return;
    }
  }
  std::string all;
  for (const auto& name : names) all += (all.empty() ? "" : ", ") + name;
  fail("unknown kind '{}'{}; expected one of {}", word, did_you_mean(word, names), all);
}

}  // namespace flowtalk::prior
