#include "flowtalk/foreign/recognise.h"

#include <algorithm>

#include "flowtalk/base/words.h"

namespace flowtalk::foreign {
namespace {

bool any_begins(const std::map<std::string, tensor::Shape>& shapes, const std::string& prefix) {
  const auto found = shapes.lower_bound(prefix);
  return found != shapes.end() && found->first.starts_with(prefix);
}

}  // namespace

const SystemRow* recognise(const std::map<std::string, tensor::Shape>& shapes) {
  for (const std::string before : {"", "module."}) {
    for (const SystemRow& row : kSystems) {
      const auto landmarks = words_of(row.landmarks);
      const bool all = std::all_of(
          landmarks.begin(), landmarks.end(),
          [&](const std::string& landmark) { return any_begins(shapes, before + landmark); });
      if (all) return &row;
    }
  }
  return nullptr;
}

const SystemRow& row_of(System system) {
  return *std::find_if(kSystems.begin(), kSystems.end(),
                       [&](const SystemRow& row) { return row.system == system; });
}

}  // namespace flowtalk::foreign
