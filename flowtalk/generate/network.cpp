#include "flowtalk/generate/network.h"

#include <algorithm>
#include <vector>

#include "flowtalk/base/error.h"

namespace flowtalk::generate {

const NetworkRow& row_of(NetworkKind kind) {
  return *std::find_if(kNetworks.begin(), kNetworks.end(),
                       [&](const NetworkRow& row) { return row.kind == kind; });
}

std::string text_of(NetworkKind kind) { return std::string(row_of(kind).name); }

void from_text(const std::string& word, NetworkKind& kind) {
  std::vector<std::string> names;
  for (const NetworkRow& row : kNetworks) {
    names.emplace_back(row.name);
    if (word == row.name) {
      kind = row.kind;
      return;
    }
  }
  std::string all;
  for (const auto& name : names) all += (all.empty() ? "" : ", ") + name;
  fail("unknown network '{}'{}; expected one of {}", word, did_you_mean(word, names), all);
}

}  // namespace flowtalk::generate
