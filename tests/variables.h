// An environment that a test makes up.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>

#include "flowtalk/base/part.h"

namespace flowtalk::tests {

inline Variables variables(std::map<std::string, std::string> set) {
  return [set = std::move(set)](const char* name) -> std::optional<std::string> {
    const auto found = set.find(name);
    return found == set.end() ? std::nullopt : std::optional(found->second);
  };
}

}  // namespace flowtalk::tests
