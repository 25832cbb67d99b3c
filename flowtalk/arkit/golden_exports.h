// For tests: the golden files of exports. Without them their tests are skipped.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

#include "flowtalk/base/fields.h"
#include "flowtalk/base/files.h"

namespace flowtalk::arkit {

// "" if it is not there.
inline std::string golden_text(const std::string& name) {
  const char* chosen = std::getenv("FLOWTALK_GOLDEN");
  const std::filesystem::path folder = chosen != nullptr ? chosen : FLOWTALK_GOLDEN_DEFAULT;
  const auto path = folder / "exports" / name;
  return std::filesystem::exists(path) ? load_file(path) : "";
}

inline Json golden_json(const std::string& name) {
  const std::string text = golden_text(name);
  return text.empty() ? Json() : parse_json(text, name);
}

}  // namespace flowtalk::arkit
